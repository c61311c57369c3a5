"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const SEVERITIES = ["informational", "low", "medium", "high", "critical"];
  const LABEL = 180, PAD = 14, LANE = 30, MARK = 20, MAX_LANES = 40, CELL = 58;
  document.documentElement.classList.add("live");

  // Everything that came from logs is set as text, never as markup.
  const make = (name, attributes, text) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const draw = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const show = (...ids) => ids.forEach((id) => { const e = $(id); if (e) e.hidden = false; });

  // --- the page -------------------------------------------------------------------------------------------------
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = $("theme");
  const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-pressed", String(isDark())); };
  theme.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  nameTheme();
  $("print").addEventListener("click", () => print());
  show("theme", "print");
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((d) => { d.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((d) => { d.open = false; }));
  const openTarget = () => {
    const target = location.hash.length > 1 && $(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  // --- evidence of something, copied from its row ----------------------------------------------------------------
  const evidenceOf = (row, list) => {
    for (const link of row.querySelectorAll(".ids .id")) {
      const number = data.evidence[link.textContent];
      const source = number && $("e-" + number);
      const term = make("dt"), what = make("dd");
      if (source) {
        const anchor = make("a", { class: "id", href: "#e-" + number }, link.textContent);
        anchor.addEventListener("click", () => { search.value = ""; filterEvidence(); });
        term.append(anchor);
        const cells = source.cells;
        what.append(make("span", { class: "soft" }, [1, 2, 3].map((n) => cells[n].textContent).filter((t) => t && t !== "–").join(" · ")));
        const quote = cells[4].querySelector("code");
        const origin = cells[4].querySelector(".soft");
        what.append(make("br"));
        if (quote) what.append(make("code", {}, quote.textContent), " ");
        if (origin) what.append(make("span", { class: "soft" }, origin.textContent));
      } else {
        term.append(make("span", { class: "id" }, link.textContent));
        what.append(make("span", { class: "soft" }, "not in this file; see the JSON file"));
      }
      list.append(term, what);
    }
    if (!list.childElementCount) list.append(make("dt", {}, "–"), make("dd", {}, "No evidence is cited."));
  };
  const panel = (box, title, rows, close) => {
    box.replaceChildren();
    const button = make("button", { type: "button", class: "close" }, "Close");
    button.addEventListener("click", () => { box.hidden = true; close(); });
    box.append(button, make("h3", {}, title));
    for (const [text, under, row] of rows.slice(0, 12)) {
      box.append(make("p", {}, text));
      if (under) box.append(make("p", { class: "soft" }, under));
      const list = make("dl");
      evidenceOf(row, list);
      box.append(list);
    }
    if (rows.length > 12) box.append(make("p", { class: "rest" }, `and ${rows.length - 12} more: zoom in, or see the table`));
    box.hidden = false;
  };
  const texts = (row, ...columns) => columns.map((n) => row.cells[n].textContent.trim()).filter((t) => t && t !== "–").join(" · ");

  // --- the timeline ---------------------------------------------------------------------------------------------
  const timeline = $("timeline-svg");
  if (timeline && data.steps.length) {
    const steps = data.steps.map(([number, at, tactic, severity, host, account]) => ({ number, at, tactic, severity, host, account, row: $("s-" + number) }));
    const position = (at) => {
      for (const [t0, t1, p0, p1] of data.scale) if (at <= t1) return t1 > t0 ? p0 + ((p1 - p0) * Math.max(at - t0, 0)) / (t1 - t0) : (p0 + p1) / 2;
      return 1;
    };
    const moment = (p) => {
      for (const [t0, t1, p0, p1] of data.scale) if (p <= p1) return p1 > p0 ? t0 + ((t1 - t0) * Math.max(p - p0, 0)) / (p1 - p0) : t0;
      return data.scale[data.scale.length - 1][1];
    };
    steps.forEach((s) => { s.base = position(s.at); });
    const inputs = { lanes: $("lanes"), host: $("filter-host"), account: $("filter-account"), tactic: $("filter-tactic"), severity: $("filter-severity") };
    const fill = (select, names) => names.forEach((name, n) => select.append(make("option", { value: String(n) }, name)));
    fill(inputs.host, data.hosts);
    fill(inputs.account, data.accounts);
    fill(inputs.tactic, data.lanes.map((l) => l.label));
    let transform = d3.zoomIdentity, chosen = null, width = 0, groups = [];
    const kept = () => steps.filter((s) =>
      (inputs.host.value === "" || s.host === Number(inputs.host.value)) &&
      (inputs.account.value === "" || s.account === Number(inputs.account.value)) &&
      (inputs.tactic.value === "" || s.tactic === data.lanes[Number(inputs.tactic.value)].tactic) &&
      s.severity >= Number(inputs.severity.value));
    const lanesOf = (list) => {
      const mode = inputs.lanes.value, found = new Map();
      const keys = mode === "tactic" ? data.lanes.map((l) => [l.tactic, l.label]) : (mode === "host" ? data.short : data.accounts).map((name, n) => [n, name]);
      const labels = new Map(keys);
      for (const s of list) {
        const key = labels.has(s[mode]) ? s[mode] : -1;
        if (!found.has(key)) found.set(key, []);
        found.get(key).push(s);
      }
      const order = [...labels.keys(), -1].filter((k) => found.has(k));
      return order.map((k) => ({ key: k, label: labels.get(k) || "not said", steps: found.get(k) }));
    };
    const clockText = (at, seconds) => {
      const text = new Date(at * 1000).toISOString();
      return text.slice(5, 10) + " " + text.slice(11, seconds ? 19 : 16);
    };
    const finish = (mark) => {
      const n = mark.steps.length, first = mark.steps[0].number, end = mark.steps[n - 1].number;
      mark.x = (mark.from + mark.to) / 2;
      mark.label = n === 1 ? String(first) : end - first === n - 1 ? `${first}–${end}` : `${first} +${n - 1}`;
      mark.width = Math.max(MARK, mark.label.length * 7.2 + 8);
      return mark;
    };
    const group = (list) => {
      const room = width - LABEL - PAD;
      let marks = list.map((s) => { const x = LABEL + transform.applyX(s.base * room); return finish({ from: x, to: x, steps: [s] }); });
      marks = marks.filter((m) => m.x > LABEL - 1 && m.x < width + 1);
      // A merged mark is wider, and may touch the next: again until none does.
      for (let touching = true; touching;) {
        touching = false;
        const merged = [];
        for (const mark of marks) {
          const last = merged[merged.length - 1];
          if (last && mark.x - last.x < (last.width + mark.width) / 2 + 2) {
            last.steps = last.steps.concat(mark.steps);
            last.to = mark.to;
            finish(last);
            touching = true;
          } else merged.push(mark);
        }
        marks = merged;
      }
      if (!marks.some((m) => m.to - m.from > 3 * CELL)) return marks;
      // Steps without a gap would all end in one mark: one for each stretch of the lane instead, with their number.
      const cells = new Map();
      for (const s of list) {
        const x = LABEL + transform.applyX(s.base * room), cell = Math.floor((x - LABEL) / CELL);
        if (x < LABEL - 1 || x > width + 1) continue;
        if (!cells.has(cell)) cells.set(cell, { from: x, to: x, x: LABEL + (cell + 0.5) * CELL, steps: [] });
        cells.get(cell).steps.push(s);
      }
      return [...cells.values()].map((mark) => {
        mark.label = mark.steps.length > 1 ? `×${mark.steps.length}` : String(mark.steps[0].number);
        mark.width = Math.max(MARK, mark.label.length * 7.2 + 8);
        return mark;
      });
    };
    const choose = (mark) => {
      chosen = mark.steps;
      const first = mark.steps[0];
      panel($("step-detail"), mark.steps.length > 1 ? `Steps ${mark.label}` : `Step ${mark.label}`,
        mark.steps.map((s) => [s.row.cells[2].textContent.trim(), texts(s.row, 1, 3, 4, 5, 6), s.row]), () => { chosen = null; render(); });
      for (const row of document.querySelectorAll("#steps tr.on")) row.classList.remove("on");
      mark.steps.forEach((s) => s.row.classList.add("on"));
      render();
      const back = timeline.querySelector(`[data-step="${first.number}"]`);
      if (back) back.focus({ preventScroll: true });
    };
    const render = () => {
      const list = kept();
      const all = lanesOf(list), lanes = all.slice(0, MAX_LANES);
      width = Math.max(timeline.parentElement.clientWidth, 320);
      const label = Math.min(LABEL, width * 0.36);
      const height = Math.max(lanes.length, 1) * LANE + 26, room = width - LABEL - PAD;
      timeline.setAttribute("viewBox", `0 0 ${width} ${height}`);
      timeline.setAttribute("height", height);
      const ground = draw("g"), front = draw("g"), names = draw("g");
      for (const [, , p0, p1, folded] of data.scale) {
        if (!folded) continue;
        const x0 = Math.max(LABEL + transform.applyX(p0 * room), LABEL), x1 = Math.min(LABEL + transform.applyX(p1 * room), width);
        if (x1 > x0) ground.append(draw("rect", { class: "silence", x: x0, y: 0, width: x1 - x0, height: height - 24 }));
      }
      groups = [];
      lanes.forEach((lane, n) => {
        const y = n * LANE + LANE / 2;
        ground.append(draw("line", { class: "rule", x1: LABEL, x2: width, y1: y, y2: y }));
        const fits = Math.floor((label - 16) / 6.6);
        const short = lane.label.length > fits ? lane.label.slice(0, fits - 1) + "…" : lane.label;
        const name = draw("text", { class: "lane", x: 12, y }, short);
        name.append(draw("title", {}, lane.label));
        if (inputs.lanes.value === "tactic") names.append(draw("rect", { class: `swatch tac-${/^[a-z-]+$/.test(lane.key) ? lane.key : "other"}`, x: 0, y: y - 8, width: 4, height: 16 }));
        names.append(name);
        for (const mark of group(lane.steps)) {
          const severity = SEVERITIES[Math.max(...mark.steps.map((s) => s.severity))];
          const first = mark.steps[0];
          const on = chosen && mark.steps.some((s) => chosen.includes(s));
          const title = `Step ${mark.label}, ${first.row.cells[1].textContent}, ${severity}: ${first.row.cells[2].textContent.trim()}`;
          const g = draw("g", { class: `mark sev-${severity}${on ? " on" : ""}`, tabindex: "0", role: "button", "data-step": first.number, "aria-label": title });
          g.append(draw("title", {}, title), draw("rect", { x: mark.x - mark.width / 2, y: y - MARK / 2, width: mark.width, height: MARK, rx: 4 }), draw("text", { x: mark.x, y }, mark.label));
          g.addEventListener("click", () => choose(mark));
          g.addEventListener("keydown", (event) => {
            if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(mark); }
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            event.preventDefault();
            const marks = [...timeline.querySelectorAll(".mark")].sort((a, b) => a.dataset.step - b.dataset.step);
            const next = marks[marks.indexOf(g) + step];
            if (next) next.focus();
          });
          groups.push(mark);
          front.append(g);
        }
      });
      const n = Math.max(Math.floor(room / 130), 1);
      for (let k = 0; k <= n; k++) {
        const p = transform.invertX((k / n) * room) / room;
        if (p < -0.001 || p > 1.001) continue;
        if (data.scale.some(([, , p0, p1, folded]) => folded && p > p0 && p < p1)) continue;
        const x = LABEL + (k / n) * room;
        front.append(draw("text", { class: "tick", x: Math.min(Math.max(x, LABEL + 36), width - 40), y: height - 8 }, clockText(moment(p), transform.k > 12)));
      }
      timeline.replaceChildren(ground, front, names);
      const hiddenLanes = all.length - lanes.length;
      $("timeline-count").textContent = `${list.length} of ${steps.length} steps` + (hiddenLanes > 0 ? `, ${hiddenLanes} lanes not drawn` : "");
      const numbers = new Set(list);
      steps.forEach((s) => { s.row.hidden = !numbers.has(s); });
    };
    let waiting = 0;
    const later = () => { if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; render(); }); };
    const zoom = d3.zoom().scaleExtent([1, 2000])
      .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : event.type.startsWith("touch") ? event.touches.length > 1 : !event.button && !event.target.closest(".mark")))
      .on("zoom", (event) => { transform = event.transform; later(); });
    const bound = () => {
      const w = Math.max(timeline.parentElement.clientWidth, 320), room = w - LABEL - 12;
      zoom.extent([[0, 0], [room, 10]]).translateExtent([[0, -Infinity], [room, Infinity]]);
    };
    bound();
    const selection = d3.select(timeline).call(zoom).on("dblclick.zoom", null);
    $("timeline-in").addEventListener("click", () => selection.call(zoom.scaleBy, 2));
    $("timeline-out").addEventListener("click", () => selection.call(zoom.scaleBy, 0.5));
    $("timeline-reset").addEventListener("click", () => {
      Object.values(inputs).forEach((i) => { i.selectedIndex = 0; });
      selection.call(zoom.transform, d3.zoomIdentity);
      later();
    });
    Object.values(inputs).forEach((i) => i.addEventListener("change", later));
    addEventListener("resize", () => { bound(); later(); });
    addEventListener("beforeprint", render);
    show("timeline-controls", "timeline-hint");
    render();
  }

  // --- the graph ------------------------------------------------------------------------------------------------
  const graph = $("graph-svg");
  if (graph) {
    const view = $("graph-view");
    const whole = graph.viewBox.baseVal, size = [whole.width, whole.height];
    const nodes = [...view.querySelectorAll(".node")].map((element) => ({ element, x: Number(element.dataset.x), y: Number(element.dataset.y), moved: false }));
    const lines = [...view.querySelectorAll(".link")].map((element) => {
      const [source, target, steps] = data.lines[Number(element.dataset.line)];
      return { element, source, target, steps, path: element.querySelector("polyline"), box: element.querySelector("rect"), text: element.querySelector("text") };
    });
    const box = nodes.length ? nodes[0].element.querySelector("rect") : null;
    const half = box ? [Number(box.getAttribute("width")) / 2, Number(box.getAttribute("height")) / 2] : [0, 0];
    const edge = (from, to) => {
      const dx = to.x - from.x, dy = to.y - from.y;
      const k = Math.min(Math.abs(half[0] / (dx || 1e-9)), Math.abs(half[1] / (dy || 1e-9)));
      return [from.x + dx * k, from.y + dy * k];
    };
    const redraw = (line) => {
      const a = nodes[line.source], b = nodes[line.target], [ax, ay] = edge(a, b), [bx, by] = edge(b, a);
      line.path.setAttribute("points", `${ax},${ay} ${bx},${by}`);
      const x = (ax + bx) / 2, y = (ay + by) / 2;
      line.box.setAttribute("x", x - Number(line.box.getAttribute("width")) / 2);
      line.box.setAttribute("y", y - 10);
      line.text.setAttribute("x", x);
      line.text.setAttribute("y", y);
    };
    const clear = () => [...nodes, ...lines].forEach((x) => x.element.classList.remove("on", "dim"));
    const rowsOf = (list) => [...new Set(list.flatMap((l) => l.steps))].sort((a, b) => a - b).map((n) => $("p-" + n)).filter(Boolean);
    const tell = (title, list) => panel($("graph-detail"), title,
      rowsOf(list).map((row) => [`${row.cells[0].textContent}. ${texts(row, 2)} → ${texts(row, 3)}: ${texts(row, 4)}`, texts(row, 1), row]), clear);
    const chooseNode = (node) => {
      const n = nodes.indexOf(node), mine = lines.filter((l) => l.source === n || l.target === n);
      clear();
      nodes.forEach((x, k) => { if (k !== n && !mine.some((l) => l.source === k || l.target === k)) x.element.classList.add("dim"); });
      lines.forEach((l) => l.element.classList.add(mine.includes(l) ? "on" : "dim"));
      node.element.classList.add("on");
      tell(node.element.querySelector("title").textContent, mine);
    };
    const chooseLine = (line) => {
      clear();
      line.element.classList.add("on");
      tell(`${nodes[line.source].element.querySelector("title").textContent} → ${nodes[line.target].element.querySelector("title").textContent}`, [line]);
    };
    const press = (element, act) => {
      element.addEventListener("click", (event) => { event.preventDefault(); act(); });
      element.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); act(); } });
    };
    lines.forEach((line) => press(line.element, () => chooseLine(line)));
    nodes.forEach((node) => {
      node.element.setAttribute("tabindex", "0");
      node.element.setAttribute("role", "button");
      node.element.setAttribute("aria-label", [...node.element.querySelectorAll("title, .node-role")].map((e) => e.textContent).join(", "));
      press(node.element, () => chooseNode(node));
    });
    d3.selectAll(nodes.map((n) => n.element)).data(nodes).call(d3.drag()
      .container(() => view)
      .subject((event, node) => ({ x: node.x, y: node.y }))
      .on("drag", function (event, node) {
        node.x = event.x;
        node.y = event.y;
        this.setAttribute("transform", `translate(${node.x},${node.y})`);
        const n = nodes.indexOf(node);
        lines.filter((l) => l.source === n || l.target === n).forEach(redraw);
      }));
    const zoom = d3.zoom().scaleExtent([0.2, 6]).extent(() => [[0, 0], size])
      .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : event.type.startsWith("touch") ? event.touches.length > 1 : !event.button))
      .on("zoom", (event) => view.setAttribute("transform", event.transform));
    graph.setAttribute("height", Math.min(Math.max(size[1] * Math.min(graph.parentElement.clientWidth / size[0], 1), 200), 900));
    graph.setAttribute("preserveAspectRatio", "xMidYMid meet");
    const selection = d3.select(graph).call(zoom).on("dblclick.zoom", null);
    $("graph-in").addEventListener("click", () => selection.call(zoom.scaleBy, 1.4));
    $("graph-out").addEventListener("click", () => selection.call(zoom.scaleBy, 1 / 1.4));
    $("graph-reset").addEventListener("click", () => {
      selection.call(zoom.transform, d3.zoomIdentity);
      nodes.forEach((node) => {
        node.x = Number(node.element.dataset.x);
        node.y = Number(node.element.dataset.y);
        node.element.setAttribute("transform", `translate(${node.x},${node.y})`);
      });
      lines.forEach((line) => {
        line.path.setAttribute("points", line.start.points);
        line.box.setAttribute("x", line.start.x - Number(line.box.getAttribute("width")) / 2);
        line.box.setAttribute("y", line.start.y - 10);
        line.text.setAttribute("x", line.start.x);
        line.text.setAttribute("y", line.start.y);
      });
      clear();
      $("graph-detail").hidden = true;
    });
    lines.forEach((line) => { line.start = { points: line.path.getAttribute("points"), x: Number(line.text.getAttribute("x")), y: Number(line.text.getAttribute("y")) }; });
    show("graph-controls");
  }

  // --- tables ---------------------------------------------------------------------------------------------------
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0], rows = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = make("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => (row.cells[column] ? row.cells[column].textContent.trim() : "");
        const order = new Intl.Collator("en", { numeric: true });
        rows.sort((a, b) => (down ? -1 : 1) * order.compare(key(a), key(b)));
        body.append(...rows);
      });
    });
  }
  const search = $("search");
  const evidenceRows = [...$("evidence-table").tBodies[0].rows];
  const haystacks = new Map(evidenceRows.map((row) => [row, (row.textContent + " " + (row.cells[0].title || "")).toLowerCase()]));
  const filterEvidence = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const row of evidenceRows) {
      row.hidden = !words.every((w) => haystacks.get(row).includes(w));
      if (!row.hidden) n += 1;
    }
    $("search-count").textContent = words.length ? `${n} of ${evidenceRows.length} rows` : "";
  };
  search.addEventListener("input", filterEvidence);
  for (const link of document.querySelectorAll('a.id[href^="#e-"]')) link.addEventListener("click", () => { if (search.value) { search.value = ""; filterEvidence(); } });
  show("evidence-controls");
})();
