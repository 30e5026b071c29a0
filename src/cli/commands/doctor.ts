/** `specc doctor`: which engines can compute here, on what, and what would have to be done for the others. */
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { engineLoaders } from '../../engines/choose.ts';
import type { Availability, EngineName } from '../../engines/engine.ts';
import { type HugePages, hugePagesHere } from '../../launch/huge-pages.ts';
import { EXIT } from '../failure.ts';
import { readVersion } from '../package-root.ts';
import { readText } from '../source-files.ts';
import type { Terminal } from '../terminal.ts';

/** The packages whose version decides what works. */
const PACKAGES = ['onnxruntime-node', '@tensorflow/tfjs-core', '@tensorflow/tfjs-node-gpu', 'webgpu', 'sharp'];

/** What the system's words about huge pages mean. */
const GIVEN: { readonly [word: string]: string | undefined } = {
  always: 'every process gets them',
  madvise: 'processes that ask get them',
  never: 'no process gets them',
};

interface Report {
  readonly specc: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly memory: string;
  /** On Linux. */
  readonly hugePages?: HugePages | undefined;
  /** Versions; null where the package is not installed. */
  readonly packages: { readonly [name: string]: string | null };
  readonly engines: { readonly [Name in EngineName]: Availability };
}

export async function run(
  _args: readonly string[],
  { format }: { format: 'pretty' | 'json' },
  terminal: Terminal,
): Promise<number> {
  const report = await examine();
  terminal.print(format === 'json' ? JSON.stringify(report, null, 2) : asText(report, terminal));
  const works = Object.values(report.engines).some((each) => each.available);
  return works ? EXIT.clean : EXIT.errors;
}

async function examine(): Promise<Report> {
  const engines: Partial<Record<EngineName, Availability>> = {};
  for (const [name, load] of Object.entries(engineLoaders) as [EngineName, (typeof engineLoaders)[EngineName]][]) {
    engines[name] = await availabilityOf(load);
  }
  return {
    specc: readVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: `${cpus()[0]?.model.trim() || 'unknown'}, ${availableParallelism()} threads`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    hugePages: hugePagesHere(),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    engines: engines as Report['engines'],
  };
}

/** A package that breaks while it loads must not keep the others from being shown. */
async function availabilityOf(load: (typeof engineLoaders)[EngineName]): Promise<Availability> {
  try {
    return await (await load()).availability();
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return { available: false, device: 'none', accelerated: false, reason: `it does not load: ${reason}` };
  }
}

/** From the package's own folder, without running its code. */
function versionOf(name: string): string | null {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const text = readText(`${folder}/${name}/package.json`);
    if (text !== undefined) return (JSON.parse(text) as { version: string }).version;
  }
  return null;
}

function asText(
  { specc, node, platform, cpu, memory, hugePages, packages, engines }: Report,
  { colours }: Terminal,
): string {
  const { bold, green, red, yellow, dim, cyan } = colours;
  const row = (name: string, value: string): string => `  ${name.padEnd(28)}${value}`;
  const hugePageTexts = ({ given, asked, help }: HugePages): string[] => [
    `${given}${GIVEN[given] === undefined ? '' : `: ${GIVEN[given]}`}${asked ? ', and this one asks' : ''}`,
    ...(help === undefined ? [] : [`${cyan('help')}: training on the CPU is faster with ${bold(help)}`]),
  ];
  const installed = Object.entries(packages).map(([name, version]) => row(name, version ?? dim('not installed')));
  const shown = Object.entries(engines).flatMap(([name, { available, accelerated, device, reason, remedy }]) => {
    const mark = !available ? red('✘') : accelerated ? green('✔') : yellow('✔');
    const lines = [`${mark} ${name.padEnd(28)}${available ? device : dim(reason)}`];
    if (available && reason !== '') lines.push(row('', dim(reason)));
    if (!available && remedy !== undefined) lines.push(row('', `${cyan('help')}: ${remedy}`));
    return lines;
  });
  return [
    bold('Machine'),
    row('specc', specc),
    row('node', node),
    row('platform', platform),
    row('CPU', cpu),
    row('memory', memory),
    ...(hugePages === undefined
      ? []
      : hugePageTexts(hugePages).map((text, at) => row(at === 0 ? 'huge pages' : '', text))),
    '',
    bold('Packages'),
    ...installed,
    '',
    bold('Engines'),
    ...shown,
    '',
    dim('--engine auto takes the best that is there: an accelerator before the CPU'),
  ].join('\n');
}
