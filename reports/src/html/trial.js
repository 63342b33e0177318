'use strict';
(() => {
  const R = JSON.parse(document.getElementById('data').textContent);
  const $ = (id) => document.getElementById(id);
  const past = new Set(R.past);
  const wishes = new Map(R.payments.map((it) => [it.token, it]));
  const harms = new Set(['crashes', 'returns', 'strikes']);
  const board = $('board'), picture = $('picture');
  const GUTTER = 118, HEAD = 30;
  const state = { token: 0, row: 16, cursor: -1 };
  let view = null;

  function el(parent, name, attributes, text) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key in attributes) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  function time(nanos) {
    const ms = Math.floor(nanos / 1e6), pad = (n, w) => String(n).padStart(w, '0');
    const s = Math.floor(ms / 1000), days = Math.floor(s / 86400);
    const clock = [Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s % 60].map((n) => pad(n, 2)).join(':');
    return (days ? days + 'd ' : '') + clock + '.' + pad(ms % 1000, 3);
  }

  // What is shown, in the order of events; a row for each event that has any.
  function arrange() {
    const onlyPast = $('past').checked, others = $('others').checked;
    const ours = (token) => !state.token || token === state.token;
    const inPast = (event) => !onlyPast || past.has(event);
    const items = [];
    R.sendings.forEach((it) => {
      if (!ours(it.token) && !others) return;
      if (!inPast(it.event) && !it.arrivals.some((a) => inPast(a.event))) return;
      items.push({ sending: it, event: it.event, at: it.at, token: it.token, dim: !ours(it.token) });
    });
    R.deeds.forEach((it) => {
      const harm = harms.has(it.kind);
      if (!harm && !ours(it.token) && !others) return;
      if (!inPast(it.event)) return;
      items.push({ deed: it, event: it.event, at: it.at, token: it.token, dim: !harm && !ours(it.token) });
    });
    items.sort((a, b) => a.event - b.event || (a.deed ? 0 : 1) - (b.deed ? 0 : 1));
    const moments = new Map(), used = new Set();
    const mark = (event, at) => moments.set(event, at);
    for (const it of items) {
      mark(it.event, it.at);
      if (it.sending) {
        used.add(it.sending.from).add(it.sending.to);
        it.sending.arrivals.forEach((a) => mark(a.event, a.at));
      } else if (it.deed.lane !== null) used.add(it.deed.lane);
    }
    const events = [...moments.keys()].sort((a, b) => a - b);
    const rows = new Map(events.map((event, row) => [event, row]));
    const lanes = R.parties.map((_, lane) => lane).filter((lane) => used.has(lane));
    view = { items, rows, times: events.map((event) => moments.get(event)), lanes, columns: new Map() };
    state.cursor = -1;
    place();
    flow();
    words();
  }

  function place() {
    const room = board.clientWidth - GUTTER - 10;
    const width = Math.max(86, room / Math.max(view.lanes.length, 1));
    view.columns = new Map(view.lanes.map((lane, n) => [lane, GUTTER + width * (n + 0.5)]));
    view.width = GUTTER + width * view.lanes.length;
    view.lane = width;
    const lanes = $('lanes');
    lanes.replaceChildren(...view.lanes.map((lane) => {
      const name = document.createElement('span');
      name.textContent = R.parties[lane].name;
      name.style.left = view.columns.get(lane) + 'px';
      return name;
    }));
    lanes.style.width = view.width + 'px';
    $('spacer').style.width = view.width + 'px';
    $('spacer').style.height = Math.max(view.times.length * state.row, board.clientHeight - HEAD - 4) + 'px';
    draw();
  }

  // The first row that is not before this moment.
  function rowAt(nanos) {
    let low = 0, high = view.times.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (view.times[mid] < nanos) low = mid + 1; else high = mid;
    }
    return low;
  }

  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }

  function paint() {
    const top = board.scrollTop, height = board.clientHeight - HEAD - 2, r = state.row;
    const first = Math.floor(top / r) - 1, last = Math.ceil((top + height) / r) + 1;
    const y = (row) => (row + 0.5) * r - top, x = (lane) => view.columns.get(lane);
    picture.setAttribute('width', view.width);
    picture.setAttribute('height', height);
    picture.replaceChildren();
    const clip = (n) => Math.max(-20, Math.min(height + 20, n));
    for (const band of R.bands) {
      const from = rowAt(band.begin), to = rowAt(band.end);
      if (to < first || from > last) continue;
      for (const lane of band.lanes) {
        if (!view.columns.has(lane)) continue;
        const a = clip(y(from - 0.5)), b = clip(y(to - 0.5));
        const box = el(picture, 'rect', { class: 'band ' + band.kind, x: x(lane) - view.lane * 0.32, width: view.lane * 0.64, y: a, height: Math.max(b - a, 3) });
        el(box, 'title', {}, band.says + ', ' + time(band.begin) + ' to ' + time(band.end));
      }
    }
    for (const lane of view.lanes) el(picture, 'line', { class: 'lane', x1: x(lane), x2: x(lane), y1: 0, y2: height });
    const every = Math.max(1, Math.ceil(14 / r));
    for (let row = Math.max(0, first); row < Math.min(last, view.times.length); row++) {
      if (row % every === 0) el(picture, 'text', { x: 4, y: y(row) + 4 }, time(view.times[row]));
    }
    view.items.forEach((it, n) => (it.sending ? arrow(it, n, first, last, x, y) : dot(it, n, first, last, x, y)));
    violated(first, last, y);
  }

  function arrow(it, n, first, last, x, y) {
    const s = it.sending, row = view.rows.get(s.event);
    const heard = s.arrivals.length ? s.arrivals : [null];
    for (const a of heard) {
      const end = a ? view.rows.get(a.event) : row + 0.9;
      if (Math.max(row, end) < first || Math.min(row, end) > last) continue;
      const x1 = x(s.from), y1 = y(row), share = a ? 1 : 0.6;
      const x2 = s.from === s.to ? x1 + 24 : x1 + (x(s.to) - x1) * share, y2 = y(end);
      const hot = past.has(s.event) && (!a || past.has(a.event)) ? ' past' : '';
      const group = el(picture, 'g', it.dim ? { class: 'dim' } : {});
      el(group, 'line', { class: 'arrow ' + s.fate + hot, x1, y1, x2, y2 });
      const angle = Math.atan2(y2 - y1, x2 - x1), size = Math.min(7, state.row * 0.6 + 2);
      const at = (turn) => (x2 - size * Math.cos(angle + turn)) + ' ' + (y2 - size * Math.sin(angle + turn));
      const tip = a && a.heard ? 'M' + at(0.45) + 'L' + x2 + ' ' + y2 + 'L' + at(-0.45)
        : 'M' + (x2 - 4) + ' ' + (y2 - 4) + 'l8 8m0 -8l-8 8';
      el(group, 'path', { class: 'arrow ' + s.fate + hot, d: tip, style: 'stroke-dasharray:none' });
      const hit = el(group, 'line', { class: 'hit', x1, y1, x2, y2, 'data-n': n });
      el(hit, 'title', {}, s.kind + ' (' + s.fate + ')');
      if (n === state.cursor) el(group, 'circle', { class: 'cursor', cx: x1, cy: y1, r: 8 });
    }
  }

  function dot(it, n, first, last, x, y) {
    const d = it.deed, row = view.rows.get(d.event);
    if (row < first || row > last) return;
    const cx = d.lane === null || !view.columns.has(d.lane) ? GUTTER - 10 : x(d.lane), cy = y(row);
    const r = Math.max(2, Math.min(5, state.row * 0.35));
    const hot = past.has(d.event) ? ' past' : '';
    const mark = el(picture, 'circle', { class: 'deed ' + d.kind + hot + (it.dim ? ' dim' : ''), cx, cy, r, 'data-n': n });
    el(mark, 'title', {}, d.says);
    if (n === state.cursor) el(picture, 'circle', { class: 'cursor', cx, cy, r: r + 5 });
  }

  function violated(first, last, y) {
    const lines = new Map();
    for (const broken of R.violations) {
      const row = rowOf(broken);
      if (!lines.has(row)) lines.set(row, []);
      lines.get(row).push(broken);
    }
    for (const [row, all] of lines) {
      if (row < first || row > last) continue;
      const codes = [...new Set(all.map((it) => it.code))].join(' ');
      el(picture, 'line', { class: 'violation', x1: GUTTER - 4, x2: view.width, y1: y(row), y2: y(row) });
      el(picture, 'text', { class: 'violated', x: GUTTER, y: y(row) - 4 }, all.length > 1 ? codes : codes + ': ' + all[0].evidence);
    }
  }

  const rowOf = (broken) => (view.rows.has(broken.event) ? view.rows.get(broken.event) : rowAt(broken.at) - 0.5);

  function describe(it) {
    const box = $('detail');
    box.replaceChildren();
    const line = (text, kind) => {
      const p = document.createElement('p');
      if (kind) p.className = kind;
      p.textContent = text;
      box.appendChild(p);
    };
    line(time(it.at) + ', event ' + it.event + (past.has(it.event) ? ', had a hand in the violation' : ''), 'time');
    if (it.sending) {
      const s = it.sending, name = (lane) => R.parties[lane].name;
      line(name(s.from) + ' → ' + name(s.to) + ': ' + s.kind + ', ' + s.fate + (s.fault === undefined ? '' : ' (fault ' + s.fault + ')'));
      line(s.says);
      s.arrivals.forEach((a) => line((a.heard ? 'arrives ' : 'comes to nobody ') + time(a.at) + ', event ' + a.event, 'time'));
    } else {
      line((it.deed.lane === null ? 'world' : R.parties[it.deed.lane].name) + ' ' + it.deed.says);
    }
    const wish = wishes.get(it.token);
    if (wish) line(wish.name + ': ' + wish.wish);
  }

  function select(n, scroll) {
    if (n < 0 || n >= view.items.length) return;
    state.cursor = n;
    const it = view.items[n];
    describe(it);
    if (scroll) {
      const y = (view.rows.get(it.event) + 0.5) * state.row, height = board.clientHeight - HEAD;
      if (y < board.scrollTop + 20 || y > board.scrollTop + height - 30) board.scrollTop = y - height / 2;
    }
    draw();
  }

  function follow(token, at) {
    state.token = token;
    $('payment').value = String(token);
    arrange();
    if (at) select(view.items.findIndex((it) => (it.sending || it.deed) === at), true);
    else board.scrollTop = 0;
  }

  function zoom(factor) {
    const middle = (board.scrollTop + board.clientHeight / 2) / state.row;
    state.row = Math.max(0.5, Math.min(40, state.row * factor));
    place();
    board.scrollTop = middle * state.row - board.clientHeight / 2;
  }

  function fit() {
    state.row = Math.max(0.5, Math.min(24, (board.clientHeight - HEAD - 8) / Math.max(view.times.length, 1)));
    place();
  }

  function toViolation() {
    if (!R.violations.length) return;
    board.scrollTop = rowOf(R.violations[0]) * state.row - board.clientHeight / 2;
    draw();
  }

  // Who told whom, and how often; parties in the order of their lanes.
  function flow() {
    const svg = $('flow'), W = 1200, H = 350, edges = new Map();
    const seen = new Set(R.violations.map((broken) => broken.event).filter((event) => event > 0));
    for (const it of view.items) {
      if (!it.sending || it.dim || it.sending.from === it.sending.to) continue;
      const s = it.sending, key = s.from + '-' + s.to;
      if (!edges.has(key)) edges.set(key, { from: s.from, to: s.to, count: 0, lost: 0, failing: false, kinds: new Map() });
      const edge = edges.get(key);
      edge.count += 1;
      edge.lost += s.fate === 'lost' || s.fate === 'missed' ? 1 : 0;
      edge.failing = edge.failing || seen.has(s.event) || s.arrivals.some((a) => seen.has(a.event));
      edge.kinds.set(s.kind, (edge.kinds.get(s.kind) || 0) + 1);
    }
    const lanes = view.lanes.filter((lane) => [...edges.values()].some((e) => e.from === lane || e.to === lane));
    const x = (lane) => W * (lanes.indexOf(lane) + 0.5) / lanes.length, mid = H / 2;
    svg.setAttribute('viewBox', '0 0 ' + W + ' ' + H);
    svg.replaceChildren();
    for (const edge of edges.values()) {
      const a = x(edge.from), b = x(edge.to), up = b > a ? -1 : 1;
      const bend = mid + up * Math.min(H * 0.86, 46 + Math.abs(b - a) * 0.32), start = mid + up * 16;
      const kind = (edge.failing ? ' failing' : '') + (edge.lost ? ' lost' : '');
      const arc = el(svg, 'path', { class: 'edge' + kind, d: 'M' + a + ' ' + start + 'Q' + (a + b) / 2 + ' ' + bend + ' ' + b + ' ' + start });
      el(svg, 'path', { class: 'edge' + kind, d: 'M' + (b - 5 * Math.sign(b - a) - 3) + ' ' + (start + up * 9) + 'L' + b + ' ' + start + 'L' + (b - 5 * Math.sign(b - a) + 5) + ' ' + (start + up * 9) });
      const told = [...edge.kinds].map(([name, n]) => name + ' ' + n).join(', ') + (edge.lost ? '; lost or missed ' + edge.lost : '');
      el(arc, 'title', {}, R.parties[edge.from].name + ' → ' + R.parties[edge.to].name + ': ' + told);
      el(svg, 'text', { x: (a + b) / 2 - 6, y: (start + bend) / 2 + (up < 0 ? -3 : 11) }, String(edge.count));
    }
    for (const lane of lanes) {
      el(svg, 'circle', { cx: x(lane), cy: mid, r: 4 });
      el(svg, 'text', { class: 'name', x: x(lane), y: mid + 14 }, R.parties[lane].name);
    }
  }

  // The same as a list, for whoever does not see the picture.
  function words() {
    const list = $('log'), shown = view.items.filter((it) => !it.dim).slice(0, 400);
    list.replaceChildren(...shown.map((it) => {
      const button = document.createElement('button'), item = document.createElement('li');
      const who = it.sending ? R.parties[it.sending.from].name : it.deed.lane === null ? 'world' : R.parties[it.deed.lane].name;
      const fate = it.sending && it.sending.fate !== 'arrived' ? ' (' + it.sending.fate + ')' : '';
      button.textContent = time(it.at) + '  ' + who + ' ' + (it.sending || it.deed).says + fate;
      if (past.has(it.event)) item.className = 'past';
      button.onclick = () => select(view.items.indexOf(it), true);
      item.appendChild(button);
      return item;
    }));
    if (shown.length === 400) {
      const rest = document.createElement('li');
      rest.textContent = '… and more: choose a payment to see all of it';
      list.appendChild(rest);
    }
  }

  const CAUSES = ['risk', 'authorization', 'in doubt', 'compensating', 'unsettled'];
  const LINES = ['held', 'reserved', 'at risk'];
  const BOOKS = ['captured', 'settled', 'available'];

  function money() {
    const box = $('money'), linear = $('linear').checked;
    box.replaceChildren();
    const currencies = [...new Set([...R.money, ...R.books].map((it) => it.currency))].sort();
    if (!currencies.length) box.textContent = 'No money ever moved.';
    for (const currency of currencies) {
      const of = (changes) => changes.filter((it) => it.currency === currency);
      if (of(R.money).length) chart(box, currency, 'what waits', of(R.money), CAUSES, LINES, linear);
      if (of(R.books).length) chart(box, currency, 'what the books have', of(R.books), [], BOOKS, linear);
    }
  }

  function chart(box, currency, what, changes, CAUSES, LINES, linear) {
    const W = 1200, H = 190, L = 90, B = 22, unit = 10 ** changes[0].digits;
    const points = [], now = {};
    for (const it of changes) {
      now[it.pool] = Number(it.minor) / unit;
      const last = points[points.length - 1];
      if (last && last.at === it.at) last.levels = { ...now };
      else points.push({ at: it.at, levels: { ...now } });
    }
    const sum = (levels) => CAUSES.reduce((all, cause) => all + (levels[cause] || 0), 0);
    const most = Math.max(1e-9, ...points.map((p) => Math.max(sum(p.levels), ...LINES.map((line) => p.levels[line] || 0))));
    const x = (n) => L + (W - L - 8) * (linear ? points[Math.min(n, points.length - 1)].at / Math.max(1, R.ended_at) : n / points.length);
    const least = Math.min(0, ...points.map((p) => Math.min(sum(p.levels), ...LINES.map((line) => p.levels[line] || 0))));
    const end = W - 8, y = (v) => H - B - (H - B - 12) * (v - least) / (most - least);
    const title = document.createElement('h3');
    title.textContent = currency + ': ' + what;
    box.appendChild(title);
    const svg = el(box, 'svg', { class: 'money', viewBox: '0 0 ' + W + ' ' + H, role: 'img', 'aria-label': what + ' in ' + currency + ', at most ' + most.toFixed(changes[0].digits) });
    el(svg, 'line', { class: 'axis', x1: L, x2: W, y1: y(0), y2: y(0) });
    el(svg, 'text', { x: 4, y: y(most) + 4 }, most.toFixed(changes[0].digits));
    el(svg, 'text', { x: 4, y: y(0) + 4 }, '0');
    for (let k = 0; k <= 4; k++) {
      const n = Math.min(points.length - 1, Math.round(k * points.length / 4));
      const nanos = linear ? R.ended_at * k / 4 : points[n].at;
      el(svg, 'text', { x: Math.min(L + (end - L) * k / 4, W - 110), y: H - 6 }, time(nanos));
    }
    const steps = (level) => points.map((p, n) => [x(n), y(level(p.levels)), n + 1 < points.length ? x(n + 1) : end]);
    const path = (level) => steps(level).map(([a, v, b]) => 'L' + a.toFixed(1) + ' ' + v.toFixed(1) + 'L' + b.toFixed(1) + ' ' + v.toFixed(1)).join('');
    CAUSES.forEach((cause, n) => {
      const under = (levels) => CAUSES.slice(0, n).reduce((all, it) => all + (levels[it] || 0), 0);
      const over = (levels) => under(levels) + (levels[cause] || 0);
      const back = steps(under).reverse().map(([a, v, b]) => 'L' + b.toFixed(1) + ' ' + v.toFixed(1) + 'L' + a.toFixed(1) + ' ' + v.toFixed(1)).join('');
      const area = el(svg, 'path', { d: 'M' + (path(over) + back).slice(1) + 'Z', style: 'fill:var(--c' + n + ');opacity:.55' });
      el(area, 'title', {}, cause);
    });
    LINES.forEach((line, n) => {
      const drawn = el(svg, 'path', { d: 'M' + path((levels) => levels[line] || 0).slice(1), style: 'fill:none;stroke-width:1.5;stroke:var(--c' + (n + 8 - LINES.length) + ')' + (n ? ';stroke-dasharray:4 3' : '') });
      el(drawn, 'title', {}, line);
    });
    const legend = document.createElement('div');
    legend.className = 'legend';
    [...CAUSES, ...LINES].forEach((name, n) => {
      const item = document.createElement('span'), swatch = document.createElement('i');
      const top = Math.max(0, ...points.map((p) => p.levels[name] || 0));
      item.style.color = 'var(--c' + (n < CAUSES.length ? n : n - CAUSES.length + 8 - LINES.length) + ')';
      if (n < CAUSES.length) swatch.className = 'block';
      item.append(swatch, name + ', at most ' + top.toFixed(changes[0].digits));
      legend.appendChild(item);
    });
    box.appendChild(legend);
  }

  for (const it of R.payments) {
    const option = document.createElement('option');
    option.value = String(it.token);
    option.textContent = it.name + ': ' + it.wish + (R.violations.some((b) => b.token === it.token) ? ' (violated)' : '');
    $('payment').appendChild(option);
  }
  $('pastbox').hidden = !past.size;
  $('payment').onchange = (event) => follow(Number(event.target.value));
  $('others').onchange = $('past').onchange = arrange;
  $('in').onclick = () => zoom(1.4);
  $('out').onclick = () => zoom(1 / 1.4);
  $('fit').onclick = fit;
  $('linear').onchange = money;
  board.onscroll = draw;
  window.onresize = place;
  picture.onclick = (event) => {
    const n = event.target.dataset.n;
    if (n === undefined) return;
    const it = view.items[Number(n)];
    if (it.token && it.token !== state.token) follow(it.token, it.sending || it.deed);
    else select(Number(n));
  };
  board.onkeydown = (event) => {
    const it = view.items[state.cursor];
    const keys = {
      ArrowDown: () => select(state.cursor < 0 ? 0 : state.cursor + 1, true),
      ArrowUp: () => select(state.cursor - 1, true),
      Home: () => select(0, true),
      End: () => select(view.items.length - 1, true),
      Enter: () => it && it.token && follow(it.token, it.sending || it.deed),
      Escape: () => follow(0, it && (it.sending || it.deed)),
      '+': () => zoom(1.4), '=': () => zoom(1.4), '-': () => zoom(1 / 1.4),
      v: toViolation, V: toViolation,
    };
    const key = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (key) { event.preventDefault(); key(); }
  };
  const first = R.violations.find((broken) => wishes.has(broken.token));
  if (first) { follow(first.token); toViolation(); } else arrange();
  money();
  document.documentElement.dataset.drawn = 'yes';
})();
