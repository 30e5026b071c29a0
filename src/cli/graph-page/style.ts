/** The look of the page around the picture, by day and by night. */
export const pageStyle = `
:root{color-scheme:light dark;--page:#fff;--ink:#1c2733;--muted:#566472;--line:#d5dce4;--panel:#f6f8fa;--accent:#2563c9}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e4e9ef;--muted:#9aa7b5;--line:#2b3440;--panel:#141a22;--accent:#78a9ff}}
*{box-sizing:border-box}
html,body{height:100%;margin:0}
body{display:flex;flex-direction:column;background:var(--page);color:var(--ink);font:14px/1.45 "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
header{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center;padding:8px 14px;border-bottom:1px solid var(--line);background:var(--panel)}
h1{font-size:16px;margin:0}
.search{position:relative;flex:1 1 220px;max-width:440px}
#search{width:100%;padding:6px 10px;border:1px solid var(--line);border-radius:6px;background:var(--page);color:inherit;font:inherit}
#found{position:absolute;z-index:2;left:0;right:0;max-height:60vh;overflow:auto;margin:4px 0 0;padding:4px;list-style:none;background:var(--page);border:1px solid var(--line);border-radius:6px;box-shadow:0 6px 24px #0003}
#found button{display:block;width:100%;text-align:left;border:0;background:none;padding:5px 8px;overflow-wrap:anywhere}
#found button:hover,#found button:focus{background:var(--panel)}
#found small{color:var(--muted)}
.tools{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:4px 10px;cursor:pointer}
button:hover{border-color:var(--accent)}
button:disabled{opacity:.45;cursor:default}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
#depth{min-width:1.5em;text-align:center}
main{flex:1;display:flex;min-height:0}
#stage{flex:1;min-width:0;height:100%;touch-action:none;cursor:grab;user-select:none}
#stage.dragging{cursor:grabbing}
#stage [data-id]{cursor:pointer}
#stage [data-id]:focus{outline:none}
#stage .chosen>.outline,#stage .chosen>.frame,#stage [data-id]:focus-visible>.outline,#stage [data-id]:focus-visible>.frame{stroke:var(--accent);stroke-width:3px;stroke-dasharray:none}
#stage .toggle circle{fill:var(--page);stroke:var(--muted)}
#stage .toggle path{stroke:var(--ink);stroke-width:1.5;fill:none}
#stage .toggle:hover circle{stroke:var(--accent)}
aside{width:320px;overflow:auto;padding:12px 16px;border-left:1px solid var(--line);background:var(--panel)}
aside h2{font-size:15px;margin:0 0 2px;overflow-wrap:anywhere}
aside p{margin:4px 0 10px}
aside .muted{color:var(--muted);overflow-wrap:anywhere}
aside table{border-collapse:collapse;width:100%;margin:0 0 12px}
aside th,aside td{text-align:left;vertical-align:top;padding:3px 8px 3px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
aside th{font-weight:400;color:var(--muted);white-space:nowrap}
aside h3{font-size:12px;margin:12px 0 2px;text-transform:uppercase;letter-spacing:.04em;color:var(--muted)}
#legend{margin:0;padding:5px 14px;border-top:1px solid var(--line);font-size:12px;display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center}
#legend[hidden]{display:none}
#legend svg{width:14px;height:14px;vertical-align:-2px;margin-right:5px}
select{font:inherit;color:inherit;background:var(--page);border:1px solid var(--line);border-radius:6px;padding:3px 6px}
#status{margin:0;padding:3px 14px;border-top:1px solid var(--line);color:var(--muted);font-size:12px;min-height:24px}
@media (max-width:720px){main{flex-direction:column}aside{width:auto;max-height:40vh;border-left:0;border-top:1px solid var(--line)}}
`;
