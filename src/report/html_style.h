// The style sheet of the HTML report: light and dark, phone to desktop, and on paper.
#pragma once

#include <string_view>

namespace sonde {

inline constexpr std::string_view kHtmlStyle = R"css(
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--ink:#1b2430;--muted:#566172;--rule:#d5dae1;
--ok:#23794a;--bad:#c0342b;--other:#98a2b0;--p50:#1d5fc0;--p95:#a05500}
@media (prefers-color-scheme:dark){:root{--back:#11151b;--card:#1a2029;--ink:#e6eaf0;--muted:#a4b0bf;
--rule:#37414f;--ok:#52b87b;--bad:#ff7d73;--other:#687587;--p50:#7fb3ff;--p95:#f1ab4f}}
@media print{:root{color-scheme:light;--back:#fff;--card:#fff;--ink:#000;--muted:#444;--rule:#bbb;--ok:#23794a;
--bad:#c0342b;--other:#98a2b0;--p50:#1d5fc0;--p95:#a05500}body{font-size:10pt}.card{break-inside:avoid;
box-shadow:none!important;border:1px solid var(--rule)}.wide{break-inside:auto}.scroll{overflow:visible!important}
.scroll table{font-size:7pt}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans","Noto Sans CJK SC",sans-serif}
main{max-width:1320px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 4px}
h2{font-size:1.05rem;margin:0 0 8px}
h3{font-size:.95rem;margin:12px 0 2px;overflow-wrap:anywhere}
p{margin:0 0 8px}
.muted,.axis,caption{color:var(--muted)}
.grid2,.grid3,.tiles{display:grid;gap:16px;margin-top:16px}
.tiles{grid-template-columns:repeat(auto-fit,minmax(140px,1fr))}
@media (min-width:860px){.grid2{grid-template-columns:1fr 1fr}.grid3{grid-template-columns:repeat(3,1fr)}}
.grid2>div>.card+.card{margin-top:16px}.plot{display:flex;gap:6px}.plot .chart{flex:1;
min-width:0}.card{background:var(--card);border-radius:10px;padding:16px;box-shadow:0 1px 2px rgba(0,0,0,.12);min-width:0}
.wide{margin-top:16px}
.tile b{display:block;font-size:1.35rem;line-height:1.25;font-variant-numeric:tabular-nums}
.tile span{color:var(--muted);font-size:.85rem;display:block}
.claims{border-left:4px solid var(--p95)}
.claims li{margin-bottom:4px}
ul{margin:0;padding-left:20px}li{overflow-wrap:anywhere}details>ul{margin-top:8px}
dl{display:grid;grid-template-columns:minmax(88px,max-content) 1fr;gap:2px 14px;margin:8px 0 0}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
.key{font-size:.85rem;color:var(--muted);margin:0}
.key i{display:inline-block;width:18px;height:0;border-top:3px solid;vertical-align:middle;margin:0 5px 0 12px}
.key{overflow-wrap:anywhere}.key i:first-child{margin-left:0}.key span{white-space:nowrap;margin-right:14px}
.key .ok{border-color:var(--ok)}.key .bad{border-color:var(--bad)}.key .other{border-color:var(--other)}
.key .none{border-color:var(--ink)}.key .band{border-color:var(--rule);border-top-width:10px}
.key .p50{border-color:var(--p50)}.key .p95{border-color:var(--p95);border-top-style:dashed}
svg{display:block;overflow:visible}
svg text{font:12px system-ui,sans-serif;fill:var(--muted);paint-order:stroke;stroke:var(--card);stroke-width:3px;
stroke-linejoin:round}
.grid{stroke:var(--rule);stroke-width:1}
.overall{stroke:var(--muted);stroke-width:1.5;stroke-dasharray:2 2}
.hit{fill:transparent}.hit:hover{fill:var(--muted);fill-opacity:.18}
rect.ok,circle.ok{fill:var(--ok)}rect.bad,circle.bad{fill:var(--bad)}rect.other{fill:var(--other)}
rect.margin{fill:var(--rule);fill-opacity:.6}circle.other{fill:var(--muted)}.whisker.other{stroke:var(--muted)}
.zero{stroke:var(--ink);stroke-width:1}
rect.p50,circle.p50{fill:var(--p50)}circle.p95{fill:var(--p95)}
.line{stroke-width:2;stroke-linecap:round}.line.ok{stroke:var(--ok)}.line.p50{stroke:var(--p50)}
.line.p95{stroke:var(--p95);stroke-dasharray:5 4}
.whisker{stroke-width:2.5}.whisker.ok{stroke:var(--ok)}.whisker.bad{stroke:var(--bad)}
.rows{display:grid;gap:8px}
.row{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 12px;align-items:baseline}
.row .name{overflow-wrap:anywhere}.row .figure{font-variant-numeric:tabular-nums;white-space:nowrap;font-size:.9rem}
.row svg{grid-column:1/-1}
.ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--muted)}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--p50)}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;padding-bottom:6px}
th,td{padding:6px 8px;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
thead th{font-weight:600;white-space:nowrap;vertical-align:bottom}
tbody th{font-weight:500;min-width:140px;max-width:260px;overflow-wrap:anywhere}
tbody th:first-child,thead th:first-child{position:sticky;left:0;background:var(--card)}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td.list{min-width:130px;max-width:300px;overflow-wrap:anywhere}
td.low,.verdict.low{color:var(--bad);font-weight:600}td.good,.verdict.good{color:var(--ok);font-weight:600}
td.verdict{min-width:170px;max-width:340px}
.forest .rows{gap:14px}.forest .row .name{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:4;overflow:hidden}
.forest .verdict{grid-column:1/-1;font-size:.85rem}
section.card+h1{margin-top:32px}section.card+dl{margin-top:16px}
h2.scope{font-size:1.2rem;margin:28px 0 0;overflow-wrap:anywhere}
details{margin-top:8px}summary{cursor:pointer;color:var(--p50)}
pre{overflow-x:auto;margin:8px 0;padding:10px;background:var(--back);border-radius:6px;font-size:.85rem;
white-space:pre-wrap;overflow-wrap:anywhere}
ins,del{text-decoration:none}ins{color:var(--ok)}del{color:var(--bad)}
td.prompt{min-width:200px;max-width:480px;overflow-wrap:anywhere}
@media (max-width:520px){main{padding:14px 10px 32px}.card{padding:12px}dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:6px}tbody th{max-width:38vw}
caption{max-width:calc(100vw - 44px)}.forest .row{grid-template-columns:minmax(0,1fr)}
.forest .row .figure{white-space:normal}}
)css";

}  // namespace sonde
