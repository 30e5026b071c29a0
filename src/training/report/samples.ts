/** Sample predictions for a report: which images to show, and their thumbnails. */
import { join } from 'node:path';
import sharp from 'sharp';
import type { ImagePrediction } from '../evaluate.ts';
import type { ImageSet } from '../open-data.ts';

export interface Sample {
  readonly file: string;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  /** A data URI; undefined if the file is gone or cannot be read any more. */
  readonly thumbnail: string | undefined;
}

const SHOWN = 16;
const MISTAKES = 10;
const PIXELS = 112;

/** The most confident mistakes first, then the least confident hits of each class in turn. */
export function chooseSamples(predictions: readonly ImagePrediction[]): ImagePrediction[] {
  const wrong = predictions.filter(({ label, predicted }) => label !== predicted);
  const mistakes = wrong.sort((a, b) => b.probability - a.probability || a.index - b.index).slice(0, MISTAKES);
  const queues: ImagePrediction[][] = [];
  for (const hit of predictions.filter(({ label, predicted }) => label === predicted)) {
    queues[hit.label] ??= [];
    queues[hit.label]!.push(hit);
  }
  for (const queue of queues) queue?.sort((a, b) => a.probability - b.probability || a.index - b.index);
  const chosen = [...mistakes];
  for (let round = 0; round < SHOWN; round++) {
    for (const queue of queues) chosen.push(...(queue?.slice(round, round + 1) ?? []));
  }
  return chosen.slice(0, SHOWN);
}

export async function readSamples({ index }: ImageSet, chosen: readonly ImagePrediction[]): Promise<Sample[]> {
  return Promise.all(
    chosen.map(async ({ index: row, ...prediction }) => {
      const { file } = index.examples[row]!;
      return { ...prediction, file, thumbnail: await thumbnail(join(index.root, file)) };
    }),
  );
}

async function thumbnail(path: string): Promise<string | undefined> {
  try {
    const jpeg = await sharp(path).rotate().resize(PIXELS, PIXELS, { fit: 'cover' }).jpeg({ quality: 80 }).toBuffer();
    return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
  } catch {
    return undefined;
  }
}
