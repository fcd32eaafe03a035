'use strict';
// Colours of Okabe and Ito, which also those can tell apart who do not see all colours: orange is ours, blue the others',
// grey the floor's. Dark is user time, light is system time.
const OURS = { dark: '#d55e00', light: '#f0b184' };
const FLOOR = { dark: '#5a5a5a', light: '#b9b9b9' };
const OTHER = { dark: '#0072b2', light: '#8cc4e4' };
const PERCENTILES = [
  { key: 'p50', label: 'p50', color: '#0072b2', style: 'circle', shape: 'circle' },
  { key: 'p99', label: 'p99', color: '#009e73', style: 'rect', shape: 'square' },
  { key: 'p999', label: 'p99.9', color: '#d55e00', style: 'triangle', shape: 'triangle' },
  { key: 'quietP999', label: 'p99.9, quietest tenth', color: '#cc79a7', style: 'crossRot', shape: 'cross' },
];
const INK = '#1a1a1a';
const { cells } = JSON.parse(document.getElementById('data').textContent);

Chart.defaults.color = INK;
Chart.defaults.font.size = 11;
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

const colors = bar => bar.id.startsWith('gyre') ? OURS : bar.id.startsWith('floor') ? FLOOR : OTHER;
const number = value => value.toLocaleString('en', { maximumSignificantDigits: 3 });

// From the least to the greatest of the rounds, on each bar.
const whiskers = {
  id: 'whiskers',
  afterDatasetsDraw(chart, args, options) {
    if (!options.spreads) return;
    const { ctx, scales: { x, y } } = chart;
    ctx.save();
    ctx.strokeStyle = INK;
    ctx.beginPath();
    options.spreads.forEach((spread, i) => {
      const at = y.getPixelForValue(i);
      const from = x.getPixelForValue(spread.min), to = x.getPixelForValue(spread.max);
      ctx.moveTo(from, at); ctx.lineTo(to, at);
      for (const end of [from, to]) { ctx.moveTo(end, at - 3); ctx.lineTo(end, at + 3); }
    });
    ctx.stroke();
    ctx.restore();
  },
};

// Where the floor is.
const floorLine = {
  id: 'floorLine',
  afterDatasetsDraw(chart, args, options) {
    if (!options.value) return;
    const { ctx, chartArea, scales: { x } } = chart;
    const at = x.getPixelForValue(options.value);
    ctx.save();
    ctx.strokeStyle = FLOOR.dark;
    ctx.setLineDash([4, 3]);
    ctx.beginPath();
    ctx.moveTo(at, chartArea.top); ctx.lineTo(at, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  },
};
Chart.register(whiskers, floorLine);

function options(title, axis, bars, more) {
  return {
    indexAxis: 'y',
    scales: {
      x: { title: { display: true, text: axis }, beginAtZero: true, ticks: { maxTicksLimit: 6 }, ...more.x },
      y: { grid: { display: false }, stacked: more.stacked, offset: true,
        ticks: { autoSkip: false, font: context => bars[context.index]?.id.startsWith('gyre') ? { weight: 'bold' } : {} } },
    },
    plugins: {
      title: { display: true, text: title, font: { size: 13 } },
      legend: { display: false },
      tooltip: { callbacks: { label: item => `${item.dataset.label}: ${number(item.parsed.x)}` } },
      ...more.plugins,
    },
  };
}

// Servers by their figure; the loads of one server as they were asked for.
const ordered = (cell, bars, byFigure) => cell.isOneServer ? bars : [...bars].sort(byFigure);

const floorOf = (bars, key) => bars.find(bar => bar.id === 'floor')?.[key].median;

function cpuChart(cell) {
  const bars = [...cell.closed].sort((a, b) => a.cpu.median - b.cpu.median);
  return {
    type: 'bar',
    data: {
      labels: bars.map(bar => bar.label),
      datasets: [
        { label: 'user µs', data: bars.map(bar => bar.user), backgroundColor: bars.map(bar => colors(bar).dark) },
        { label: 'system µs', data: bars.map(bar => bar.system), backgroundColor: bars.map(bar => colors(bar).light) },
      ],
    },
    options: options(cell.label, 'server CPU per message, µs', bars, {
      stacked: true,
      x: { stacked: true, suggestedMax: Math.max(...bars.map(bar => bar.cpu.max)) },
      plugins: { whiskers: { spreads: bars.map(bar => bar.cpu) }, floorLine: { value: floorOf(bars, 'cpu') } },
    }),
  };
}

function throughputChart(cell) {
  const bars = ordered(cell, cell.closed, (a, b) => b.throughput.median - a.throughput.median);
  const thousands = spread => ({ min: spread.min / 1000, max: spread.max / 1000 });
  return {
    type: 'bar',
    data: {
      labels: bars.map(bar => bar.label),
      datasets: [{ label: 'thousand messages/s', data: bars.map(bar => bar.throughput.median / 1000),
        backgroundColor: bars.map(bar => colors(bar).dark) }],
    },
    options: options(cell.label, 'thousand messages per second', bars, {
      x: { suggestedMax: Math.max(...bars.map(bar => bar.throughput.max)) / 1000 },
      plugins: { whiskers: { spreads: bars.map(bar => thousands(bar.throughput)) },
        floorLine: { value: floorOf(bars, 'throughput') / 1000 } },
    }),
  };
}

function latencyChart(cell) {
  const bars = ordered(cell, cell.paced, (a, b) => a.quietP999.median - b.quietP999.median);
  return {
    type: 'line',
    data: {
      labels: bars.map(bar => bar.label),
      datasets: PERCENTILES.filter(percentile => bars.some(bar => bar[percentile.key])).map(percentile => ({
        label: percentile.label, data: bars.map(bar => bar[percentile.key]?.median), showLine: false,
        pointStyle: percentile.style, pointRadius: 5, backgroundColor: percentile.color, borderColor: percentile.color,
      })),
    },
    options: options(cell.pacedRate ? `${cell.label}, ${number(cell.pacedRate)}/s` : cell.label, 'latency, µs (logarithmic)', bars, {
      x: { type: 'logarithmic', beginAtZero: false, suggestedMin: 0.7 * Math.min(...bars.map(bar => bar.p50.median)),
        ticks: { maxTicksLimit: 7, callback: value => number(value) } },
    }),
  };
}

function legend(entries) {
  const row = document.createElement('div');
  row.className = 'legend';
  for (const [color, text] of entries) {
    const entry = document.createElement('span');
    const box = document.createElement('i');
    box.style.background = color;
    entry.append(box, text);
    row.append(entry);
  }
  return row;
}

function draw(kind, entries, chart, drawn, isShort) {
  const place = document.querySelector(`[data-charts="${kind}"]`);
  if (!place || drawn.length === 0) return;
  place.append(legend(entries));
  for (const connections of new Set(drawn.map(cell => cell.connections))) {
    if (connections) {
      const heading = document.createElement('h3');
      heading.textContent = connections === 1 ? '1 connection' : `${connections.toLocaleString('en')} connections`;
      place.append(heading);
    }
    for (const cell of drawn.filter(other => other.connections === connections)) {
      const box = document.createElement('div');
      if (isShort) box.className = 'short';
      const canvas = document.createElement('canvas');
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `${kind}, ${cell.label}; the same figures are in the tables`);
      box.append(canvas);
      place.append(box);
      new Chart(canvas, chart(cell));
    }
  }
}

draw('cpu', [
  [OURS.dark, 'Gyre, user time'], [OURS.light, 'Gyre, system time'],
  [FLOOR.dark, 'floor, user'], [FLOOR.light, 'floor, system'],
  [OTHER.dark, 'others, user'], [OTHER.light, 'others, system'],
  ['transparent', 'whiskers: least and greatest of the rounds; dashed: the floor; shorter is better'],
], cpuChart, cells.filter(cell => cell.closed.length));
const isOneServer = cells.some(cell => cell.isOneServer);
draw('throughput', isOneServer ? [
  [OTHER.dark, 'median of the rounds'],
  ['transparent', 'whiskers: least and greatest of the rounds; longer is better'],
] : [
  [OURS.dark, 'Gyre'], [FLOOR.dark, 'floor'], [OTHER.dark, 'others'],
  ['transparent', 'whiskers: least and greatest of the rounds; dashed: the floor; longer is better'],
], throughputChart, cells.filter(cell => cell.closed.length));
draw('latency', isOneServer ? [
  ...PERCENTILES.filter(({ key }) => key !== 'quietP999')
    .map(percentile => [percentile.color, `${percentile.label} (${percentile.shape})`]),
  ['transparent', 'medians of the rounds; farther left is better'],
] : [
  ...PERCENTILES.map(percentile => [percentile.color, `${percentile.label} (${percentile.shape})`]),
  ['transparent', 'medians of the rounds, and their quietest tenth, by which servers are compared; farther left is better'],
], latencyChart, cells.filter(cell => cell.paced.length), true);
