const FRESH_MS = 15000; // Answers that went to a tcpcopy since then count as going there now.

const COUNTERS = {
  passed: "Let through by the pass list", forwarded: "Answers forwarded", parked: "Answers kept until their route comes",
  no_route: "Answers without a route", malformed: "Packets that contradict themselves", unknown_length: "Answers of unknown length",
  fragment: "Fragments", not_tcp: "Packets that are not TCP", handler_error: "Packets that an error of intercept dropped",
  tunnel_overflow: "Answers that found no room in a tunnel", tunnel_gone: "Answers whose tunnel had just ended",
  unparked: "Kept answers sent when the route came", unparked_overflow: "Kept answers that found no room in a tunnel",
  parked_expired: "Kept answers whose route never came", parked_evicted: "Kept answers that gave room to others",
  routes_added: "Routes added", routes_deleted: "Routes deleted", sessions_expired: "Sessions expired",
  evicted: "Sessions that gave room to others", syn_acks_repeated: "SYN/ACKs sent again", connections_refused: "Connections refused by the target",
  routes_renewed_at_once: "Sessions begun again at once", routes_renewed_soon: "Sessions begun again after some seconds",
  routes_renewed_unanswered: "Sessions begun again without an answer here",
  routes_taken_over: "Sessions taken over by another host", answered_after_expiry: "Answers to expired sessions",
  answered_after_eviction: "Answers to evicted sessions", tunnels_opened: "Tunnels opened", tunnels_closed: "Tunnels closed",
  tunnels_refused: "Tunnels refused", tunnels_displaced: "Silent tunnels closed for others", bad_records: "Tunnels closed for bad records",
  further_headers: "Further headers of long answers", messages_written: "Headers written to tunnels",
  unsent_closed: "Headers lost when their peer left", unsent_stalled: "Headers lost in tunnels that stalled",
  unsent_failed: "Headers lost in tunnels that failed", unsent_stopped: "Headers lost when intercept stopped",
  writes_failed: "Writes to tunnels that failed", socket_writes: "Writes to tunnels",
};

/** Each head has a name, whether numbers are below it, and what it is called elsewhere. */
function table(id, heads, rows) {
  const head = element("tr", undefined, "heads");
  for (const [name, isNumber, elsewhere] of heads) {
    const th = element("th", name, isNumber ? "number" : "");
    if (elsewhere) th.title = elsewhere;
    head.append(th);
  }
  const body = rows.map(row => {
    const tr = element("tr");
    row.forEach((cell, i) => {
      const td = element("td", undefined, heads[i][1] ? "number" : "");
      td.dataset.head = heads[i][0];
      td.append(cell instanceof Node ? cell : element("span", cell));
      tr.append(td);
    });
    return tr;
  });
  if (!rows.length) {
    const tr = element("tr"), td = element("td", "none");
    td.colSpan = heads.length;
    tr.append(td);
    body.push(tr);
  }
  $(id).replaceChildren(head, ...body);
}

function named(name, elsewhere) {
  const both = element("span", name);
  both.append(element("code", elsewhere));
  return both;
}

/* The cards stay where they are while their figures change, so that what is selected or focused in one remains so. */
const cards = new Map();
function findings(list, calm) {
  const keys = list.map(f => f.id + " " + f.subject);
  for (const [key, card] of cards) {
    if (keys.includes(key)) continue;
    card.remove();
    cards.delete(key);
  }
  list.forEach((f, i) => {
    if (!cards.has(keys[i])) cards.set(keys[i], newCard());
    const card = cards.get(keys[i]);
    show(card, f);
    if ($("findings").children[i] !== card) $("findings").insertBefore(card, $("findings").children[i] || null);
  });
  const note = $("calm") || element("p");
  note.id = "calm";
  note.className = "none " + calm.kind;
  note.textContent = calm.text;
  if (list.length) note.remove();
  else $("findings").append(note);
}

function newCard() {
  const card = element("div"), first = element("p");
  const part = (name, tag) => card.parts[name] = element(tag, "", name);
  const copy = element("button", "Copy");
  copy.type = "button";
  card.parts = { copy };
  first.append(part("id", "span"), part("fact", "span"));
  card.append(first, part("why", "p"), part("remedy", "code"), part("where", "p"), copy);
  copy.onclick = () => copyText(copy, card.parts.remedy);
  return card;
}

function set(e, text) {
  if (e.textContent !== text) e.textContent = text;
  e.hidden = !text;
}

/** Behind two blanks and a # a remedy says where its command is for. */
function show(card, f) {
  const [command, ...where] = f.remedy.split("  # ");
  card.className = "finding " + f.severity;
  const texts = {
    id: (f.severity === "INFO" ? "Next: " : f.severity + " ") + f.id,
    fact: f.fact,
    why: f.why.charAt(0).toUpperCase() + f.why.slice(1) + ".",
    remedy: command,
    where: where.join("  # "),
  };
  for (const [name, text] of Object.entries(texts)) set(card.parts[name], text);
  card.parts.copy.hidden = !command;
}

/** Browsers give a page the clipboard only over https or from their own host; elsewhere the text is selected. */
async function copyText(button, e) {
  try {
    await navigator.clipboard.writeText(e.textContent);
    button.textContent = "Copied";
  } catch (noClipboard) {
    getSelection().selectAllChildren(e);
    button.textContent = "Selected: copy it with Ctrl+C";
  }
}

function state(text, kind) {
  $("state").textContent = text;
  $("state").className = kind;
}

let last = null, reachedAt = -Infinity, paused = false;

/** When a header was last taken whole by the socket of a tcpcopy. */
function noteReached(s) {
  const written = past.series.written_per_s || [];
  const latest = written.reduce((found, rate, i) => rate > 0 ? i : found, -1);
  if (latest >= 0) reachedAt = Math.max(reachedAt, past.at[latest]);
  if (last && s.counters.messages_written > last.counters.messages_written) reachedAt = Date.now();
}

function judge(s) {
  const isAlone = !s.tunnelCount || s.findings.some(f => f.id === "no-tcpcopy");
  const reaches = !isAlone && Date.now() - reachedAt < FRESH_MS;
  const has = severity => s.findings.some(f => f.severity === severity);
  if (!s.capturing) state("capture has ended", "bad");
  else if (has("FAIL")) state("failing", "bad");
  else if (has("WARN")) state("running, with warnings", "warn");
  else if (isAlone) state("waiting for a tcpcopy", "");
  else if (reaches) state("running: answers reach their tcpcopy", "good");
  else state("connected, no answers now", "");
  return reaches ? { kind: "good", text: "Nothing: answers come and reach their tcpcopy, as far as intercept can see." }
    : { kind: "", text: s.tunnelCount
      ? "Nothing that can be seen, but no answer has gone to a tcpcopy in the last 15 s. Next: send a request to the online server, whose copy the target is to answer."
      : "No tcpcopy is connected. Next: start one on the online server; how, stands here within some seconds." };
}

const CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx", "unreadable"];
const statuses = port => CLASSES.filter(kind => port["http_" + kind]).map(kind => kind + " " + full(port["http_" + kind])).join(", ") || "–";

function showTarget(target) {
  const both = delay => delay.measured ? milliseconds(delay.p50Ns / 1e6) + " / " + milliseconds(delay.p99Ns / 1e6) : "–";
  const isSeen = target.ports.length > 0;
  $("target-none").hidden = isSeen;
  $("target-plots").hidden = $("ports").parentElement.hidden = !isSeen;
  const seen = { http: target.ports.some(p => "http_2xx" in p), firstByte: target.ports.some(p => p.first_byte_delay.measured) };
  for (const chart of charts) if (chart.isOf) chart.card.hidden = !seen[chart.isOf];
  if (!isSeen) return;
  const metric = name => "intercept_target_" + name;
  table("ports", [["Port"], ["Answers", 1, metric("answers_total")], ["Sessions", 1, metric("sessions_total")],
    ["With data", 1, metric("sessions_answered_total")], ["Bytes of data", 1, metric("payload_bytes_total")],
    ["Sent again", 1, metric("repeated_segments_total")], ["Resets", 1, metric("resets_total")],
    ["Zero windows", 1, metric("zero_windows_total")], ["Shrunk windows", 1, metric("shrunk_windows_total")],
    ["SYN/ACK 50 / 99 %", 1, metric("syn_ack_delay_seconds")], ["Data 50 / 99 %", 1, metric("data_delay_seconds")],
    ...(seen.firstByte ? [["First byte 50 / 99 %", 1, metric("first_byte_delay_seconds")]] : []),
    ...(seen.http ? [["HTTP", 1, metric("http_responses_total")]] : [])],
    target.ports.map(p => [p.port || "others", full(p.answers), full(p.sessions), full(p.sessions_answered), full(p.payload_bytes),
      full(p.repeated_segments), full(p.resets), full(p.zero_windows), full(p.shrunk_windows),
      both(p.syn_ack_delay), both(p.data_delay),
      ...(seen.firstByte ? [both(p.first_byte_delay)] : []), ...(seen.http ? [statuses(p)] : [])]));
  $("sample").textContent = target.oneIn > 1
    ? `Sessions, delays${seen.firstByte ? " but that of the first byte" : ""}, what was sent again and shrunk windows are estimated from 1 session in ${target.oneIn}.` : "";
}

function showStatus(s) {
  noteReached(s);
  findings(s.findings, judge(s));
  last = s;
  $("about").textContent = s.version + " · process " + s.pid + " · up " + duration(s.uptimeS) + " · " + s.backend + " · tunnels at " + s.listening.replace(/^.*\//, "").replace(/^\[?[0:.]+\]?:(?=\d+$)/, "port ");
  showTarget(s.target);
  table("tunnels", [["Tunnel"], ["From"], ["Is sent"], ["Forwarded", 1], ["Dropped", 1], ["Bytes waiting", 1]],
    s.tunnels.map(t => [t.number, t.peer, t.format, full(t.forwarded), full(t.overflowed), full(t.pendingBytes)]));
  table("lanes", [["Lane"], ["Received", 1, "intercept_kernel_received_packets_total"], ["Waiting", 1, "intercept_kernel_queued_packets"],
    ["Lost in the kernel", 0, "intercept_kernel_lost_packets_total"]],
    s.lanes.map(l => [l.name, full(l.received), full(l.queued), Object.entries(l.losses).map(([k, v]) => k + " " + full(v)).join(", ") || "not counted"]));
  table("counters", [["Counter"], ["Since the start", 1]], Object.entries(s.counters).filter(([k, v]) => v > 0)
    .map(([k, v]) => [named(COUNTERS[k] || k.replaceAll("_", " "), "intercept_" + k + "_total"), full(v)]));
}

let historyAt = -Infinity;
async function refresh() {
  if (!paused) {
    try {
      const get = async path => (await fetch(path, { cache: "no-store" })).json();
      const s = await get("status.json");
      if (last && (s.pid !== last.pid || s.uptimeS < last.uptimeS)) { // Another one, at the same address.
        forget();
        historyAt = -Infinity;
      }
      if (Date.now() - historyAt >= 1000 * past.intervalS) {
        remember(await get("history.json?after=" + past.taken));
        historyAt = Date.now();
        drawAll();
      }
      if (!paused) showStatus(s); // It may have been paused meanwhile.
    } catch (e) {
      console.error(e);
      if (!paused) state("no answer from intercept", "bad");
    }
  }
  setTimeout(refresh, 1000);
}

function theme(name) {
  document.documentElement.dataset.theme = name;
}
theme(localStorage.getItem("theme") || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
$("theme").onclick = () => {
  const other = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  theme(other);
  localStorage.setItem("theme", other);
};
$("range").onclick = () => chooseRange((range + 1) % RANGES.length);
$("pause").onclick = () => {
  paused = !paused;
  $("pause").setAttribute("aria-pressed", paused);
  $("pause").firstChild.data = paused ? "Go on" : "Pause";
  if (paused) state("paused", "warn");
};
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const button = { p: "pause", t: "theme", r: "range" }[event.key];
  if (button) $(button).click();
});
refresh();
