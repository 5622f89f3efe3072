"use strict";
const MAX_POINTS = 720;
const RANGES = [["Last 5 min", 300], ["Last 15 min", 900], ["Last hour", 3600]];
const WIDTH = 1000, HEIGHT = 56;
const WORST = ["none", "information", "warning", "failure"];

/* Each line has what it is called and the series of history.json that it shows, several added up. */
const CHARTS = {
  "target-plots": [
    { name: "SYN/ACK delay", of: "intercept_target_syn_ack_delay_seconds", unit: "ms",
      lines: [["50 %", "target_syn_ack_delay_p50_ms"], ["99 %", "target_syn_ack_delay_p99_ms"]] },
    { name: "Data delay", of: "intercept_target_data_delay_seconds", unit: "ms",
      lines: [["50 %", "target_data_delay_p50_ms"], ["99 %", "target_data_delay_p99_ms"]] },
    { name: "First byte after the request", of: "intercept_target_first_byte_delay_seconds", unit: "ms", isOf: "firstByte",
      lines: [["50 %", "target_first_byte_delay_p50_ms"], ["99 %", "target_first_byte_delay_p99_ms"]] },
    { name: "Sent again, of all segments", of: "intercept_target_repeated_segments_total, intercept_target_segments_total", unit: "%",
      lines: [["", "target_repeated_percent"]] },
    { name: "Data answered", of: "intercept_target_payload_bytes_total", unit: "B/s",
      lines: [["", "target_payload_bytes_per_s"]] },
    { name: "Resets and closed windows", of: "intercept_target_resets_total, intercept_target_zero_windows_total", unit: "/s",
      lines: [["resets", "target_resets_per_s"], ["zero windows", "target_zero_windows_per_s"]] },
    { name: "Sessions", of: "intercept_target_sessions_total, intercept_target_sessions_answered_total", unit: "/s",
      lines: [["accepted", "target_sessions_per_s"], ["with data", "target_sessions_answered_per_s"]] },
    { name: "Requests", of: "intercept_target_requests_total", unit: "/s", lines: [["", "target_requests_per_s"]] },
    { name: "HTTP responses", of: "intercept_target_http_responses_total", unit: "/s", isOf: "http",
      lines: [["2xx, 3xx", ["target_http_2xx_per_s", "target_http_3xx_per_s"]], ["4xx", "target_http_4xx_per_s"],
        ["5xx", "target_http_5xx_per_s"], ["other", ["target_http_1xx_per_s", "target_http_unreadable_per_s"]]] },
  ],
  "own-plots": [
    { name: "Answers", of: "intercept_forwarded_total + intercept_unparked_total", unit: "/s",
      lines: [["forwarded", "answers_per_s"], ["all packets", "packets_per_s"]] },
    { name: "Without a route", of: "intercept_no_route_total + intercept_parked_expired_total", unit: "/s",
      lines: [["", "unrouted_per_s"]] },
    { name: "Lost", of: "intercept_kernel_lost_packets_total, intercept_tunnel_overflow_total", unit: "/s",
      lines: [["in the kernel", "kernel_lost_per_s"], ["no room in a tunnel", "overflowed_per_s"]] },
    { name: "Routes added", of: "intercept_routes_added_total", unit: "/s", lines: [["", "routes_added_per_s"]] },
    { name: "Sessions with a route", of: "intercept_sessions", unit: "", lines: [["", "sessions"]] },
    { name: "Worst finding", of: "intercept_finding", unit: "worst", lines: [["", "severity"]] },
  ],
};

const $ = id => document.getElementById(id);
const element = (tag, text, kind) => {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (kind) e.className = kind;
  return e;
};
const vector = (tag, attributes) => {
  const e = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  return e;
};
const few = n => n === 0 ? "0" : n < 10 ? String(Number(n.toPrecision(2))) : String(Math.round(n));
const short = n => n >= 1e9 ? few(n / 1e9) + " G" : n >= 1e6 ? few(n / 1e6) + " M" : n >= 1e4 ? few(n / 1e3) + " k" : few(n);
const full = n => Number(n).toLocaleString("en");
const milliseconds = n => n >= 1000 ? few(n / 1000) + " s" : few(n) + " ms";
const duration = s => s < 120 ? s + " s" : s < 7200 ? Math.floor(s / 60) + " min" : Math.floor(s / 3600) + " h";
const clock = at => new Date(at).toLocaleTimeString("en-GB");
const value = (n, unit) => n === null || n === undefined ? "–"
  : unit === "ms" ? milliseconds(n) : unit === "worst" ? WORST[n] : unit === "%" ? few(n) + " %"
  : unit === "B/s" ? short(n) + (n < 1e4 ? " " : "") + "B/s" : short(n) + unit;

/* The last hour: when each point was, and the values of each series at the same places. */
const past = { at: [], series: {}, taken: 0, intervalS: 5 };
let range = null, cursor = null;

function remember(history) {
  const now = Date.now();
  past.intervalS = history.intervalS;
  past.taken = history.taken;
  past.at = past.at.concat(history.agoS.map(ago => now - ago * 1000)).slice(-MAX_POINTS);
  for (const [name, values] of Object.entries(history.series)) {
    past.series[name] = (past.series[name] || []).concat(values).slice(-MAX_POINTS);
  }
  if (range === null && past.at.length) {
    const ageS = (now - past.at[0]) / 1000;
    chooseRange(RANGES.findIndex(([, seconds], i) => seconds >= ageS || i === RANGES.length - 1));
  }
}

function forget() {
  past.at = [];
  past.series = {};
  past.taken = 0;
}

function chooseRange(index) {
  range = index;
  $("range").firstChild.data = RANGES[index][0];
  drawAll();
}

const charts = [];
for (const [place, list] of Object.entries(CHARTS)) {
  for (const chart of list) {
    charts.push(chart);
    chart.card = element("div", undefined, "plot");
    chart.now = element("div", "–", "now");
    chart.when = element("div", "", "when");
    chart.top = element("span", "");
    chart.from = element("span", "");
    chart.svg = vector("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "slider", tabindex: 0,
      "aria-label": chart.name, "aria-valuemin": 0 });
    chart.area = vector("path", { class: "area" });
    chart.paths = chart.lines.map((line, i) => vector("path", { class: "line" + i, "stroke-linecap": "round" }));
    chart.cursor = vector("line", { class: "cursor", y1: 0, y2: HEIGHT, visibility: "hidden" });
    chart.svg.append(chart.area, ...chart.paths, chart.cursor);
    const scale = element("div", undefined, "scale");
    scale.append(chart.from, chart.top, element("span", "now"));
    chart.card.append(element("div", chart.name, "name"), element("code", chart.of), chart.now, chart.when, chart.svg, scale);
    $(place).append(chart.card);
    listen(chart.svg);
  }
}

function listen(svg) {
  svg.addEventListener("pointermove", event => {
    if (!past.at.length) return;
    const box = svg.getBoundingClientRect();
    const at = end() - (1 - (event.clientX - box.left) / box.width) * spanMs();
    point(past.at.reduce((best, t, i) => Math.abs(t - at) < Math.abs(past.at[best] - at) ? i : best, 0));
  });
  svg.addEventListener("pointerleave", () => point(document.activeElement === svg ? cursor : null));
  svg.addEventListener("focus", () => { if (cursor === null) point(past.at.length - 1); });
  svg.addEventListener("blur", () => point(null));
  svg.addEventListener("keydown", event => {
    const last = past.at.length - 1, here = cursor === null ? last : cursor;
    const to = { ArrowLeft: here - 1, ArrowRight: here + 1, PageUp: here - 12, PageDown: here + 12, Home: visibleFrom(), End: last }[event.key];
    if (event.key === "Escape") point(null);
    if (to === undefined) return;
    event.preventDefault();
    point(Math.max(visibleFrom(), Math.min(last, to)));
  });
}

const end = () => past.at[past.at.length - 1];
const spanMs = () => RANGES[range][1] * 1000;
const visibleFrom = () => Math.max(0, past.at.findIndex(at => at >= end() - spanMs()));
const x = at => WIDTH * (1 - (end() - at) / spanMs());

/** Shows in all charts what was at a point; null for the latest. */
function point(index) {
  cursor = past.at.length ? index : null;
  charts.forEach(read);
}

function valuesOf(line) {
  const all = [].concat(line[1]).map(name => past.series[name] || []);
  return all.length === 1 ? all[0] : all[0].map((_, i) => all.reduce((sum, each) => sum + (each[i] || 0), 0));
}

function read(chart) {
  const at = cursor === null ? past.at.length - 1 : cursor;
  const parts = chart.lines.map((line, i) => {
    const part = element("span", value(valuesOf(line)[at], chart.unit), "line" + i);
    if (line[0]) part.prepend(element("small", line[0] + " "));
    return part;
  });
  chart.now.replaceChildren(...parts);
  chart.when.textContent = cursor === null ? "" : "at " + clock(past.at[at]);
  chart.cursor.setAttribute("visibility", cursor === null ? "hidden" : "visible");
  if (at < 0) return;
  const position = x(past.at[at]);
  chart.cursor.setAttribute("x1", position);
  chart.cursor.setAttribute("x2", position);
  chart.svg.setAttribute("aria-valuemax", past.at.length - 1);
  chart.svg.setAttribute("aria-valuenow", at);
  chart.svg.setAttribute("aria-valuetext", clock(past.at[at]) + ": " + parts.map(part => part.textContent).join(", "));
}

/** Points that belong together, as pairs of coordinates: a line ends where there is no value, or where points are missing. */
function runsOf(values, from, top) {
  const runs = [];
  let run = null;
  for (let i = from; i < past.at.length; i++) {
    const isKnown = values[i] !== null && values[i] !== undefined;
    if (!isKnown || i > from && past.at[i] - past.at[i - 1] > 3000 * past.intervalS) run = null;
    if (!isKnown) continue;
    if (run === null) runs.push(run = []);
    run.push([x(past.at[i]).toFixed(1), (HEIGHT - 2 - (HEIGHT - 6) * values[i] / top).toFixed(1)]);
  }
  return runs;
}

function draw(chart) {
  const from = visibleFrom();
  const lines = chart.lines.map(line => valuesOf(line));
  const most = lines.reduce((most, values) => values.slice(from).reduce((a, b) => Math.max(a, b), most), 0);
  const top = chart.unit === "worst" ? WORST.length - 1 : most || 1;
  const through = run => run.map(point => point.join(" ")).join("L");
  lines.forEach((values, i) => {
    const runs = runsOf(values, from, top);
    chart.paths[i].setAttribute("d", runs.map(run => "M" + through(run) + "h.1").join(""));
    if (i > 0) return;
    chart.area.setAttribute("d", runs.map(run =>
      `M${run[0][0]} ${HEIGHT}L${through(run)}L${run[run.length - 1][0]} ${HEIGHT}Z`).join(""));
  });
  chart.from.textContent = "−" + RANGES[range][0].replace("Last ", "").replace("hour", "1 h");
  chart.top.textContent = "most " + value(most, chart.unit);
}

function drawAll() {
  if (!past.at.length) return;
  charts.forEach(draw);
  point(cursor);
}
