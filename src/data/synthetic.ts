/** Draws a labelled set of blood-cell pictures, so that training can be tried where there is no data yet. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { Random } from '../shared/random.ts';
import { drawField, photograph } from './blood-smear.ts';
import { DataError } from './data-error.ts';
import { makeFolder } from './make-folder.ts';
import { WHITE_CELLS, type WhiteCell } from './white-cell.ts';

export interface SyntheticOptions {
  /** The folder to make: a sub-folder a class, `sources.csv` and a README. Left alone if it holds this very set. */
  readonly directory: string;
  /** Pictures of each class. */
  readonly perClass: number;
  /** Width and height in pixels. */
  readonly size: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Pictures that are taken of each cell: copies that only a split by group keeps together. */
const PICTURES_PER_CELL = 3;

interface Picture {
  readonly kind: WhiteCell;
  /** The cell's name within its class. */
  readonly cell: string;
  readonly file: string;
  /** The cell's number, across all classes. */
  readonly source: number;
  /** Which of the cell's pictures. */
  readonly take: number;
}

/**
 * Draws the set. The same options give the same bytes (with the same version of sharp). It appears under its name
 * only when complete, so that an interrupted run leaves nothing half-made to train on.
 *
 * @returns whether it was drawn; false if it was there already
 * @throws DataError if the folder holds anything else
 */
export async function drawSyntheticSet(options: SyntheticOptions): Promise<boolean> {
  const { directory } = options;
  const readme = describeSet(options);
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    const path = join(directory, 'README.txt');
    if (existsSync(path) && readFileSync(path, 'utf8') === readme) return false;
    throw new DataError(
      'folder-not-empty',
      `'${directory}' is not empty, and not the synthetic set that was asked for`,
      'remove the folder or name another one; nothing was changed',
    );
  }

  const unfinished = `${directory}.drawing-${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const kind of WHITE_CELLS) makeFolder(join(unfinished, kind));
  try {
    const pictures = listPictures(options);
    await drawAll(pictures, unfinished, options);
    const rows = pictures.map(({ kind, file, source }) => `${kind},${file},${source}\n`);
    writeFileSync(join(unfinished, 'sources.csv'), `class,file,source\n${rows.join('')}`);
    writeFileSync(join(unfinished, 'README.txt'), readme);
    makeFolder(dirname(directory));
    rmSync(directory, { recursive: true, force: true }); // empty, as was checked
    renameSync(unfinished, directory);
    return true;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function listPictures({ perClass }: SyntheticOptions): Picture[] {
  const cellsPerClass = Math.ceil(perClass / PICTURES_PER_CELL);
  return WHITE_CELLS.flatMap((kind, label) =>
    Array.from({ length: perClass }, (_, at): Picture => {
      const number = Math.floor(at / PICTURES_PER_CELL) + 1;
      const take = (at % PICTURES_PER_CELL) + 1;
      const cell = `cell-${String(number).padStart(4, '0')}`;
      return { kind, cell, file: `${cell}-${take}.jpeg`, source: label * cellsPerClass + number, take };
    }),
  );
}

async function drawAll(pictures: readonly Picture[], folder: string, options: SyntheticOptions): Promise<void> {
  const cells = new Map<number, Picture[]>();
  for (const picture of pictures) cells.set(picture.source, [...(cells.get(picture.source) ?? []), picture]);
  const waiting = [...cells.values()].values();
  let done = 0;
  const lane = async (): Promise<void> => {
    for (const takes of waiting) {
      // Seeded by kind and name rather than by position: a larger set begins with the smaller one's pictures.
      const { kind, cell } = takes[0]!;
      const field = drawField(kind, Random.of('field', options.seed, kind, cell));
      for (const { file, take } of takes) {
        const random = Random.of('picture', options.seed, kind, cell, take);
        writeFileSync(join(folder, kind, file), await photograph(field, options.size, random));
        done += 1;
        options.onProgress?.(done, pictures.length);
      }
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

function describeSet({ perClass, size, seed }: SyntheticOptions): string {
  return `Synthetic blood cells
=====================

These pictures were drawn by a program. They show no real blood, and nothing that is learnt from them says anything
about patients: they are for trying out training, not for medicine.

Version 1, ${perClass} pictures of each class, ${size} x ${size} pixels, seed ${seed}.

Each drawn cell was photographed ${PICTURES_PER_CELL} times. sources.csv names the cell of each picture: split by its column 'source', or
pictures of one cell fall on both sides of the split and the validation score is too good.

  EOSINOPHIL   two lobes, large orange-red granules
  LYMPHOCYTE   one dense round nucleus, a thin rim of pale-blue cytoplasm
  MONOCYTE     the largest cell; kidney-shaped nucleus, grey-blue cytoplasm, vacuoles
  NEUTROPHIL   three to five lobes on threads, fine pale-lilac granules
`;
}
