/** The report's style sheet: one column of cards, light or dark as the reader's system is. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --edge: #dfe3e8; --ink: #1b2430; --soft: #5c6875;
  --blue: #2563c4; --orange: #c2570c; --green: #1a7f4b; --red: #c0343c; --grid: #e7eaee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151b; --card: #191f27; --edge: #2b333e; --ink: #e4e8ee; --soft: #98a4b3;
    --blue: #6ea4f4; --orange: #f09a52; --green: #56c28a; --red: #f0787e; --grid: #29313b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 16px; margin: 0 0 12px; }
.lead { color: var(--soft); margin: 4px 0 20px; }
.note { color: var(--soft); font-size: 13px; margin: 10px 0 0; }
p.between { margin: -6px 4px 16px; }
section { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 18px 20px; margin: 0 0 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0 0 16px; }
.tile { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; padding: 12px 16px; }
.tile .name { color: var(--soft); font-size: 13px; }
.tile .value { font-size: 25px; font-weight: 650; letter-spacing: -0.02em; white-space: nowrap; }
.tile .more { color: var(--soft); font-size: 13px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 16px; margin: 0 0 16px; }
.pair section { margin: 0; }
.chart { width: 100%; height: auto; display: block; }
.chart .grid { stroke: var(--grid); }
.chart .mark { stroke: var(--soft); stroke-dasharray: 3 3; }
.chart text { font-size: 12px; fill: var(--soft); }
.chart .end { text-anchor: end; }
.chart .middle { text-anchor: middle; }
.chart .label { font-weight: 600; }
.chart .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.chart .series-1 .line { stroke: var(--blue); }
.chart .series-2 .line { stroke: var(--orange); }
.chart .series-1 .dot, .chart text.series-1 { fill: var(--blue); }
.chart .series-2 .dot, .chart text.series-2 { fill: var(--orange); }
.chart .hit { fill: transparent; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th { color: var(--soft); font-weight: 500; font-size: 13px; text-align: right; padding: 4px 10px; white-space: nowrap; }
td { text-align: right; padding: 5px 10px; border-top: 1px solid var(--grid); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr.total td { border-top: 2px solid var(--edge); font-weight: 600; }
.confusion { width: auto; }
.confusion td, .confusion th { text-align: center; }
.confusion th { padding: 4px 6px; font-size: 12px; }
.confusion tbody th { text-align: right; }
.confusion td { border: 2px solid var(--card); border-radius: 4px; min-width: 56px; height: 46px; padding: 2px 6px; line-height: 1.2; }
.confusion td small { display: block; color: inherit; opacity: 0.75; font-size: 11px; }
.confusion .truth { writing-mode: vertical-rl; transform: rotate(180deg); text-align: center; }
.samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 14px; }
.sample { font-size: 12px; line-height: 1.35; min-width: 0; }
.sample img, .sample .gone { width: 100%; aspect-ratio: 1; border-radius: 6px; display: block; margin-bottom: 5px; object-fit: cover; border: 2px solid var(--green); }
.sample.wrong img, .sample.wrong .gone { border-color: var(--red); }
.sample .gone { background: var(--grid); }
.sample b { color: var(--green); }
.sample.wrong b { color: var(--red); }
.sample span { color: var(--soft); display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.settings td { text-align: left; vertical-align: top; }
.settings td:first-child { color: var(--soft); white-space: nowrap; width: 1%; padding-right: 24px; }
code { font: 13px ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: 0; overflow-x: auto; font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
`;
