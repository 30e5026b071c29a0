/** What an ablation's report adds to the style of a run's. */

/** Lines by colour, for each background; more than these are grey, and told apart by their names and tooltips. */
const LIGHT = ['#2563c4', '#c2570c', '#1a7f4b', '#a0359b', '#8a6a00', '#0e7c86', '#c0343c', '#5b6472'];
const DARK = ['#6ea4f4', '#f09a52', '#56c28a', '#d58ad0', '#d3b146', '#56c1cb', '#f0787e', '#a9b3c0'];

function series(colours: readonly string[]): string {
  return colours
    .map((colour, at) => {
      const name = `.chart .series-${at + 1}`;
      return `${name} .line { stroke: ${colour}; } ${name} .dot, .chart text.series-${at + 1} { fill: ${colour}; }`;
    })
    .join('\n');
}

export const ABLATION_STYLE = `
.chart .line { stroke: var(--soft); }
.chart .dot { fill: var(--soft); }
${series(LIGHT)}
@media (prefers-color-scheme: dark) {
${series(DARK)}
}
main { max-width: 1320px; }
th { padding: 4px 7px; }
td { padding: 5px 7px; font-size: 13.5px; }
tr.base td { background: var(--page); font-weight: 600; }
td { white-space: nowrap; }
td.name { white-space: normal; overflow-wrap: anywhere; max-width: 320px; }
td.long { min-width: 230px; }
td.better, td.worse, td.unclear { white-space: normal; }
@media (max-width: 1320px) {
  th, td { padding-left: 5px; padding-right: 5px; }
  td { font-size: 13px; }
}
td.better { color: var(--green); font-weight: 600; }
td.worse { color: var(--red); font-weight: 600; }
.intervals .name { fill: var(--ink); font-size: 13px; }
.intervals .value { fill: var(--ink); font-variant-numeric: tabular-nums; }
.intervals .zero { stroke: var(--ink); stroke-width: 1; }
.intervals .seed { stroke: var(--soft); stroke-width: 1.5; opacity: 0.6; }
.intervals .interval { stroke: var(--soft); stroke-width: 2; }
.intervals .arrow, .intervals .mean { fill: var(--soft); }
.intervals .better .interval { stroke: var(--green); }
.intervals .better .mean, .intervals .better .arrow { fill: var(--green); }
.intervals .worse .interval { stroke: var(--red); }
.intervals .worse .mean, .intervals .worse .arrow { fill: var(--red); }
td.start { white-space: normal; text-align: left; min-width: 300px; font-size: 13px; }
.settings pre { white-space: pre-wrap; }
a { color: var(--blue); }
`;
