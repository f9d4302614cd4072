// The 3-D view: the page's data in K3D's spheres, with controls of the page's own.
"use strict";
(() => {
  const root = document.getElementById("view");
  const told = JSON.parse(document.getElementById("view-data").textContent);
  const $ = (name) => root.querySelector(`[data-view="${name}"]`);
  const NONE = 65535;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // ---- what the page holds ----
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const shorts = (text) => new Uint16Array(bytes(text).buffer);
  const N = told.particles;
  const species = bytes(told.species);
  const places = shorts(told.positions);
  const fields = told.fields.map((field) => ({ ...field, codes: shorts(field.codes) }));
  const [Lx, Ly, Lz, xy, xz, yz] = told.box;
  const flat = told.dimensions === 2;
  const volume = Lx * Ly * (flat ? 1 : Lz);
  const counts = told.names.map((_, kind) => species.reduce((n, one) => n + (one === kind), 0));

  const absolute = (a, b, c) => [Lx * a + xy * Ly * b + xz * Lz * c, Ly * b + yz * Lz * c, Lz * c];
  const fraction = (frame, i, axis) => places[(frame * N + i) * 3 + axis] / 65536 - 0.5;
  const position = (frame, i) => absolute(fraction(frame, i, 0), fraction(frame, i, 1), flat ? 0 : fraction(frame, i, 2));
  const value = (field, frame, i) => {
    const code = field.codes[frame * N + i];
    return code === NONE ? NaN : field.least + (code / (NONE - 1)) * (field.most - field.least);
  };

  // Distances to all others by the nearest image.
  function distances(frame, i) {
    const out = new Float64Array(N);
    for (let j = 0; j < N; j++) {
      const d = [0, 1, flat ? -1 : 2].map((axis) => (axis < 0 ? 0 : fraction(frame, j, axis) - fraction(frame, i, axis)));
      out[j] = j === i ? Infinity : Math.hypot(...absolute(...d.map((x) => x - Math.round(x))));
    }
    return out;
  }

  const cutoff = (u, v) => {
    const [a, b] = [told.names[u], told.names[v]];
    return told.cutoffs[a + b] ?? told.cutoffs[b + a] ?? told.cutoffs[`${a}-${b}`] ?? told.cutoffs[`${b}-${a}`];
  };

  // A particle's own g(r): a Gaussian for each neighbour (sharma2022, Eq. 8).
  function distribution(frame, i, kind, r) {
    const near = distances(frame, i).filter((d, j) => species[j] === kind && d < r[r.length - 1] + 6 * told.width);
    const density = (told.normalisation === "total" ? N : counts[kind]) / volume;
    return r.map((x) => {
      let sum = 0;
      for (const d of near) sum += Math.exp(-((x - d) ** 2) / (2 * told.width ** 2));
      return sum / (Math.sqrt(2 * Math.PI) * told.width * density * (flat ? 2 * Math.PI * x : 4 * Math.PI * x * x));
    });
  }

  function cage(frame, i) {
    const reach = told.names.map((_, kind) => (cutoff(species[i], kind) ?? [0, told.shell])[1]);
    const near = distances(frame, i);
    return Array.from(near.keys()).filter((j) => near[j] < reach[species[j]]);
  }

  // ---- what is shown ----
  const now = { frame: 0, field: 0, chosen: -1, axis: -1, cut: 1, alone: false, others: true };
  let k3d, points, halo;

  const ramp = told.ramp.map((c) => [1, 3, 5].map((k) => parseInt(c.slice(k, k + 2), 16) / 255));
  function colour(stops, x) {
    const at = Math.min(Math.max(x, 0), 1) * (stops.length - 1);
    const k = Math.min(Math.floor(at), stops.length - 2);
    return [0, 1, 2].map((c) => stops[k][c] + (at - k) * (stops[k + 1][c] - stops[k][c]));
  }

  function paint() {
    const field = fields[now.field];
    const { position: xyz, color, sizes } = points.geometry.attributes;
    const kept = now.alone && now.chosen >= 0 ? new Set([now.chosen, ...cage(now.frame, now.chosen)]) : null;
    for (let i = 0; i < N; i++) {
      xyz.array.set(position(now.frame, i), 3 * i);
      const x = value(field, now.frame, i);
      const there = !Number.isNaN(x);
      const c = there ? colour(ramp, (x - field.low) / (field.high - field.low)) : dark.matches ? [0.38, 0.4, 0.43] : [0.72, 0.73, 0.75];
      color.array.set(c, 3 * i);
      const beyond = now.axis >= 0 && fraction(now.frame, i, now.axis) + 0.5 > now.cut;
      const hidden = beyond || (kept && !kept.has(i)) || (!there && !now.others && i !== now.chosen);
      sizes.array[i] = hidden ? 0 : told.diameter * (there ? 1 : 0.55);
    }
    for (const each of [xyz, color, sizes]) each.needsUpdate = true;
    const spot = halo.geometry.attributes;
    const marked = now.chosen >= 0 && sizes.array[now.chosen] > 0;
    if (now.chosen >= 0) spot.position.array.set(position(now.frame, now.chosen));
    spot.sizes.array[0] = marked ? 1.5 * told.diameter : 0;
    spot.position.needsUpdate = spot.sizes.needsUpdate = true;
    k3d.render();
    tell();
  }

  const figures = (x) => {
    if (Number.isNaN(x)) return "none";
    const size = Math.abs(x);
    if (size === 0 || (size >= 1e-2 && size < 1e4)) return x.toPrecision(4).replace("-", "−");
    const [a, b] = x.toExponential(3).split("e");
    return `${a.replace("-", "−")} × 10${b.replace("+", "").replace(/./g, (d) => (d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]))}`;
  };

  function tell() {
    const field = fields[now.field];
    $("clock").textContent = `t = ${told.times[now.frame].toPrecision(4)} τ`;
    $("time").setAttribute("aria-valuetext", $("clock").textContent);
    $("low").textContent = figures(field.low);
    $("high").textContent = figures(field.high);
    $("unit").innerHTML = field.unit ? `${field.label}, ${field.unit}` : field.label; // both escaped in Python
    $("bar").style.background = `linear-gradient(to right, ${told.ramp.join(", ")})`;
    $("cutting").textContent = now.axis < 0 ? "whole" : `${Math.round(100 * now.cut)} %`;
    $("alone").disabled = now.chosen < 0;
    const list = $("values");
    list.replaceChildren();
    $("curves").replaceChildren();
    if (now.chosen < 0) return;
    const line = (name, text, unit = "") => {
      const [dt, dd] = [document.createElement("dt"), document.createElement("dd")];
      [dt.innerHTML, dd.textContent] = [name, text];
      if (unit) dd.insertAdjacentHTML("beforeend", ` ${unit}`);
      const row = document.createElement("div");
      row.append(dt, dd);
      list.append(row);
    };
    line("particle", `${now.chosen}, species ${told.names[species[now.chosen]]}`);
    for (const each of fields) {
      const x = value(each, now.frame, now.chosen);
      line(each.label, figures(x), Number.isNaN(x) ? "" : each.unit);
    }
    line("neighbours in its cage", String(cage(now.frame, now.chosen).length));
    draw();
  }

  // ---- the chosen particle's g(r) ----
  function draw() {
    const svg = $("curves");
    const [W, H, left, bottom, top] = [300, 170, 34, 34, 8];
    const u = species[now.chosen];
    const ends = told.names.map((_, v) => (cutoff(u, v) ?? [0, told.shell])[1]);
    const last = Math.max(...ends) + 0.5;
    const r = Array.from({ length: 121 }, (_, k) => 0.6 + (k * (last - 0.6)) / 120);
    const curves = told.names.map((_, v) => distribution(now.frame, now.chosen, v, r));
    const highest = Math.max(1, ...curves.flat()) * 1.08;
    const X = (x) => left + ((x - 0.6) / (last - 0.6)) * (W - left - 6);
    const Y = (y) => H - bottom - (y / highest) * (H - bottom - top);
    const add = (tag, attributes, text) => {
      const node = document.createElementNS(svg.namespaceURI, tag);
      for (const [name, content] of Object.entries(attributes)) node.setAttribute(name, content);
      if (text) node.textContent = text;
      svg.append(node);
      return node;
    };
    told.names.forEach((_, v) => {
      const range = cutoff(u, v);
      if (range) add("rect", { x: X(Math.max(range[0], 0.6)), y: top, width: X(range[1]) - X(Math.max(range[0], 0.6)), height: H - bottom - top, class: `shell s${v % 3}` });
    });
    add("path", { d: `M${left} ${top}V${H - bottom}H${W - 6}`, class: "frame" });
    curves.forEach((curve, v) => {
      add("path", { d: `M${curve.map((y, k) => `${X(r[k]).toFixed(1)} ${Y(y).toFixed(1)}`).join("L")}`, class: `curve s${v % 3}` });
      add("text", { x: W - 10, y: top + 13 + 15 * v, class: `key s${v % 3}`, "text-anchor": "end" }, `${told.names[u]}–${told.names[v]}`);
    });
    for (let x = Math.ceil(0.6 / 0.4) * 0.4; x <= last; x += 0.4) add("text", { x: X(x), y: H - bottom + 14, "text-anchor": "middle" }, x.toFixed(1));
    const step = highest > 12 ? 5 : highest > 5 ? 2 : 1;
    for (let y = 0; y <= highest; y += step) add("text", { x: left - 5, y: Y(y) + 4, "text-anchor": "end" }, String(y));
    const below = add("text", { x: (W + left) / 2, y: H - 5, "text-anchor": "middle" }, "r (σ");
    for (const [text, dy, size] of [["AA", 3, "75%"], [")", -3, "100%"]]) {
      const part = document.createElementNS(svg.namespaceURI, "tspan");
      part.textContent = text;
      part.setAttribute("dy", dy);
      part.setAttribute("font-size", size);
      below.append(part);
    }
    svg.setAttribute("aria-label", `Radial distribution function of particle ${now.chosen} alone, up to ${Math.max(...curves.flat()).toPrecision(3)}`);
  }

  // ---- turning and choosing ----
  const camera = () => k3d.getWorld().camera;
  function home() {
    const size = 0.5 * Math.hypot(...absolute(1, 1, flat ? 0 : 1));
    const stage = $("stage");
    const away = (1.02 * size) / Math.sin((15 * Math.PI) / 180) / Math.min(1, stage.clientWidth / stage.clientHeight);
    const from = flat ? [0, 0, away] : [0.56 * away, -0.74 * away, 0.37 * away];
    k3d.setCamera([...from, 0, 0, 0, ...(flat ? [0, 1, 0] : [0, 0, 1])]);
    k3d.render();
  }
  const about = (v, axis, angle) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    const dot = v[0] * axis[0] + v[1] * axis[1] + v[2] * axis[2];
    const cross = [axis[1] * v[2] - axis[2] * v[1], axis[2] * v[0] - axis[0] * v[2], axis[0] * v[1] - axis[1] * v[0]];
    return v.map((x, k) => x * c + cross[k] * s + axis[k] * dot * (1 - c));
  };
  function turn(sideways, upwards, nearer) {
    const { position: p, up: u, matrixWorld } = camera();
    const target = k3d.getWorld().controls.target;
    const right = matrixWorld.elements.slice(0, 3);
    const top = matrixWorld.elements.slice(4, 7);
    let from = [p.x - target.x, p.y - target.y, p.z - target.z].map((x) => x * nearer);
    let up = [u.x, u.y, u.z];
    from = about(about(from, top, sideways), right, upwards);
    up = about(about(up, top, sideways), right, upwards);
    k3d.setCamera([from[0] + target.x, from[1] + target.y, from[2] + target.z, target.x, target.y, target.z, ...up]);
    k3d.render();
  }
  const KEYS = {
    ArrowLeft: [-0.15, 0, 1], ArrowRight: [0.15, 0, 1], ArrowUp: [0, -0.15, 1], ArrowDown: [0, 0.15, 1],
    "+": [0, 0, 1 / 1.15], "=": [0, 0, 1 / 1.15], "-": [0, 0, 1.15],
  };

  // The sphere that the ray through a place on the screen meets first.
  function under(x, y) {
    const stage = $("stage").getBoundingClientRect();
    const eye = camera();
    eye.updateMatrixWorld();
    const m = eye.matrixWorldInverse.elements;
    const up = Math.tan((eye.fov * Math.PI) / 360);
    const ray = [((2 * (x - stage.left)) / stage.width - 1) * up * eye.aspect, (1 - (2 * (y - stage.top)) / stage.height) * up, -1];
    const length = Math.hypot(...ray);
    const { position: xyz, sizes } = points.geometry.attributes;
    let [found, first] = [-1, Infinity];
    for (let i = 0; i < N; i++) {
      const [a, b, c] = xyz.array.subarray(3 * i, 3 * i + 3);
      const v = [0, 1, 2].map((k) => m[k] * a + m[4 + k] * b + m[8 + k] * c + m[12 + k]);
      const along = (v[0] * ray[0] + v[1] * ray[1] + v[2] * ray[2]) / length;
      const off = v[0] ** 2 + v[1] ** 2 + v[2] ** 2 - along ** 2;
      if (off < (sizes.array[i] / 2) ** 2 && along > 0 && along < first) [found, first] = [i, along];
    }
    return found;
  }
  function choose(i) {
    now.chosen = Number.isInteger(i) && i >= 0 && i < N ? i : -1;
    if (now.chosen < 0) now.alone = $("alone").checked = false;
    $("particle").value = now.chosen < 0 ? "" : now.chosen;
    paint();
  }

  // ---- controls ----
  let playing = 0;
  function play(on) {
    clearInterval(playing);
    playing = on ? setInterval(() => go((now.frame + 1) % told.times.length), 250) : 0;
    $("play").textContent = on ? "Pause" : "Play";
  }
  function go(frame) {
    now.frame = frame;
    $("time").value = frame;
    paint();
  }
  function listen() {
    const on = (name, event, act) => $(name).addEventListener(event, act);
    on("time", "input", (event) => { play(false); go(Number(event.target.value)); });
    on("play", "click", () => play(!playing));
    on("field", "change", (event) => { now.field = Number(event.target.value); paint(); });
    on("axis", "change", (event) => { now.axis = Number(event.target.value); $("cut").disabled = now.axis < 0; paint(); });
    on("cut", "input", (event) => { now.cut = Number(event.target.value) / 100; paint(); });
    on("others", "change", (event) => { now.others = event.target.checked; paint(); });
    on("alone", "change", (event) => { now.alone = event.target.checked; paint(); });
    on("particle", "change", (event) => choose(event.target.value === "" ? -1 : Number(event.target.value)));
    on("home", "click", home);
    const stage = $("stage");
    stage.addEventListener("keydown", (event) => {
      if (event.key === "Home") home();
      else if (KEYS[event.key]) turn(...KEYS[event.key]);
      else return;
      event.preventDefault();
    });
    // The wheel scrolls the page until someone takes hold of the view.
    stage.addEventListener("wheel", (event) => { if (document.activeElement !== stage) event.stopPropagation(); }, { capture: true });
    let down = null;
    stage.addEventListener("pointerdown", (event) => { down = [event.clientX, event.clientY]; stage.focus({ preventScroll: true }); }, { capture: true });
    stage.addEventListener("pointerup", (event) => {
      if (down && Math.hypot(event.clientX - down[0], event.clientY - down[1]) < 4) choose(under(event.clientX, event.clientY));
      down = null;
    }, { capture: true });
    dark.addEventListener("change", () => { page(); paint(); });
  }
  const page = () => k3d.setClearColor(parseInt((dark.matches ? told.paper.dark : told.paper.light).slice(1), 16));

  // ---- K3D, unpacked when the view comes into sight ----
  async function library() {
    const packed = new Blob([bytes(document.getElementById("k3d").textContent.trim())]);
    const text = await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).text();
    let made;
    window.define = (_name, _needs, make) => { made = make(); };
    const script = document.createElement("script");
    script.textContent = text;
    document.head.append(script);
    delete window.define;
    return made;
  }
  async function start() {
    const say = console.log;
    console.log = () => {};  // K3D tells of the graphics card
    try {
      const lib = await library();
      // K3D ends its camera's sight by the grid, which is not shown.
      const far = 0.5 * Math.hypot(...absolute(1, 1, flat ? 0 : 1));
      k3d = new lib.K3D(lib.ThreeJsProvider, $("stage"), {
        menuVisibility: false, cameraAutoFit: false, gridAutoFit: false, gridVisible: false, grid: [-far, -far, -far, far, far, far], axesHelper: 0, cameraFov: 30, lighting: 1.5,
      });
      const same = { visible: true, model_matrix: { data: new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]) } };
      const spheres = (id, n, opacity, tint) => ({
        ...same, id, type: "Points", name: `spheres ${id}`, shader: "3d", point_size: told.diameter, color: tint, opacity, roughness: 0.55, metalness: 0,
        positions: { data: new Float32Array(Array.from({ length: n }, (_, i) => position(0, i)).flat()), shape: [n, 3] },
        colors: { data: new Uint32Array(n).fill(tint), shape: [n] },
        point_sizes: { data: new Float32Array(n).fill(told.diameter), shape: [n] },
      });
      const corners = [];
      for (let k = 0; k < 8; k++) corners.push(...absolute(((k & 1) - 0.5), (((k >> 1) & 1) - 0.5), flat ? 0 : (k >> 2) - 0.5));
      const edges = [0, 1, 0, 2, 1, 3, 2, 3, 4, 5, 4, 6, 5, 7, 6, 7, 0, 4, 1, 5, 2, 6, 3, 7];
      await k3d.load({ objects: [
        spheres(1, N, 1, 0xffffff),
        spheres(2, 1, 0.35, 0xb5341b),
        { ...same, id: 3, type: "Lines", name: "box", shader: "simple", width: 0.02, color: 0x8a8e96, opacity: 1, indices_type: "segment",
          vertices: { data: new Float32Array(corners), shape: [8, 3] }, indices: { data: new Uint32Array(edges), shape: [12, 2] } },
      ] });
      points = k3d.getWorld().ObjectsById[1];
      halo = k3d.getWorld().ObjectsById[2];
      // Spheres move while their bounds stand still: never left out for lying outside of those.
      points.frustumCulled = halo.frustumCulled = false;
      page();
      home();
      listen();
      paint();
      root.view = { now, value, distribution, cage, position, fields, choose, under, camera: () => camera().position.toArray() };
      root.dataset.state = "ready";
    } catch (error) {
      root.dataset.state = "none";
      $("help").textContent = `No 3-D view here: ${error.message}. The figures below need none.`;
    } finally {
      console.log = say;
    }
  }
  const seen = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) { seen.disconnect(); start(); }
  }, { rootMargin: "400px" });
  seen.observe(root);
})();
