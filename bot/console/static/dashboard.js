// The dashboard's tables as charts. The tables say it all; a chart is drawn from what stands in one.

const MOST_BARS = 10;
const STUB = 2.5;
const isMirrored = document.documentElement.dir === "rtl";
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();

function rowsOf(table) {
  return Array.from(table.tBodies[0].rows, (row) => ({
    label: row.querySelector("th").textContent.trim(),
    text: row.querySelector("td").textContent.trim(),
    isHidden: row.querySelector("td").hasAttribute("data-hidden"),
    value: Number(row.querySelector("td").dataset.value),
  }));
}

// A long name takes several lines, so that the bars keep their room on a phone.
function wrap(label, most) {
  const lines = [""];
  for (const word of label.split(" ")) {
    const last = lines[lines.length - 1];
    if (last && last.length + word.length >= most) lines.push(word);
    else lines[lines.length - 1] = last ? `${last} ${word}` : word;
  }
  return lines;
}

function hatch() {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = colour("--lead-pale");
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = colour("--lead");
  pen.lineWidth = 1.5;
  for (const x of [-8, 0, 8]) {
    pen.moveTo(x, 8);
    pen.lineTo(x + 8, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

// The number at the end of each bar, as the table has it.
const numbers = {
  id: "numbers",
  afterDatasetsDraw(chart, _, { rows }) {
    const pen = chart.ctx;
    pen.save();
    pen.fillStyle = colour("--ink");
    pen.font = `600 13px ${style.fontFamily}`;
    pen.textBaseline = "middle";
    pen.direction = "ltr";
    pen.textAlign = isMirrored ? "right" : "left";
    chart.getDatasetMeta(0).data.forEach((bar, index) => {
      if (rows[index].value || rows[index].isHidden) pen.fillText(rows[index].text, bar.x + (isMirrored ? -6 : 6), bar.y);
    });
    pen.restore();
  },
};

function draw(box) {
  const isFlat = box.dataset.chart === "bars";
  const all = rowsOf(document.getElementById(box.dataset.table));
  const rows = isFlat ? all.slice(0, MOST_BARS) : all;
  const grid = { color: colour("--line"), drawTicks: false };
  const values = {
    beginAtZero: true,
    suggestedMax: 10,
    border: { display: false },
    grid,
    grace: isFlat ? "12%" : 0,
    ticks: { maxTicksLimit: 5, precision: 0 },
  };
  const names = { border: { color: colour("--soft") }, grid: { display: false }, ticks: { autoSkip: !isFlat, maxRotation: 0 } };
  if (isFlat) {
    values.reverse = isMirrored;
    names.position = isMirrored ? "right" : "left";
  } else {
    names.reverse = isMirrored;
    values.position = isMirrored ? "right" : "left";
  }
  const dim = hatch();
  return new Chart(box.querySelector("canvas"), {
    type: "bar",
    data: {
      labels: rows.map((row) => (isFlat ? wrap(row.label, box.clientWidth < 400 ? 15 : 26) : row.label)),
      datasets: [{
        data: rows.map((row) => (row.isHidden ? STUB : row.value)),
        backgroundColor: rows.map((row) => (row.isHidden ? dim : colour("--lead"))),
        borderColor: colour("--lead"),
        borderWidth: rows.map((row) => (row.isHidden ? 1 : 0)),
        borderRadius: 3,
        maxBarThickness: 26,
      }],
    },
    plugins: isFlat ? [numbers] : [],
    options: {
      indexAxis: isFlat ? "y" : "x",
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: 4 },
      plugins: {
        numbers: { rows },
        legend: { display: false },
        tooltip: { rtl: isMirrored, displayColors: false, callbacks: { title: (items) => rows[items[0].dataIndex].label, label: (item) => rows[item.dataIndex].text } },
      },
      scales: isFlat ? { x: values, y: names } : { x: names, y: values },
    },
  });
}

const boxes = document.querySelectorAll("[data-chart]");
if (window.Chart) {
  Chart.defaults.font.family = style.fontFamily;
  Chart.defaults.font.size = 13;
  Chart.defaults.color = colour("--soft");
  Chart.defaults.locale = `${document.documentElement.lang}-u-nu-latn`;
  const charts = Array.from(boxes, draw);
  const closed = [];
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("main details:not([open])")) {
      one.open = true;
      closed.push(one);
    }
    for (const chart of charts) chart.resize();
  });
  addEventListener("afterprint", () => {
    while (closed.length) closed.pop().open = false;
  });
} else {
  for (const box of boxes) box.hidden = true;
}
