import uPlot from '/webjars/uplot/1.6.30/dist/uPlot.esm.js';
import { count } from './dom.js';

const SECONDS = 90;

const HEIGHT = 112;

const dark = matchMedia('(prefers-color-scheme: dark)');

/** The log of one partition, from start to end, and a position in it, over time. */
export class Chart {

  constructor(place) {
    this.place = place;
    this.data = [[], [], [], []];
    this.plot = null;
    /** The last position that was known. */
    this.position = 0;
    this.draw = () => this.build();
    dark.addEventListener('change', this.draw);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(place);
  }

  add(time, partition) {
    const [times] = this.data;
    if (partition.lowest !== null && partition.lowest < this.position) {
      // It went back, and may have come again before anybody looked.
      this.push((times[times.length - 1] + time / 1000) / 2, partition, partition.lowest);
    }
    this.push(time / 1000, partition, partition.position);
    this.position = partition.position ?? this.position;
    while (times.length > 2 && times[1] < times[times.length - 1] - SECONDS) {
      this.data.forEach((series) => series.shift());
    }
  }

  push(time, partition, position) {
    const [times, starts, ends, positions] = this.data;
    times.push(time);
    starts.push(partition.start);
    ends.push(partition.end);
    positions.push(position);
  }

  show() {
    if (this.plot === null) {
      this.build();
    }
    else {
      this.plot.setData(this.data);
    }
  }

  /** The last points, for the table beside the chart. */
  last(points) {
    const [times, starts, ends, positions] = this.data;
    return times.map((time, i) => [time, starts[i], positions[i], ends[i]]).slice(-points).reverse();
  }

  build() {
    if (this.data[0].length === 0 || this.place.clientWidth === 0) {
      return;
    }
    if (this.plot !== null) {
      this.plot.destroy();
    }
    const style = getComputedStyle(this.place);
    const color = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color('--soft'),
      font: '11px system-ui, sans-serif',
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false }
    };
    this.plot = new uPlot({
      width: this.place.clientWidth,
      height: HEIGHT,
      padding: [6, 14, 0, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (plot, min, max) => [Math.max(0, max - SECONDS), Math.max(max, 10)] },
        y: { range: (plot, min, max) => [Math.max(0, min - (max - min) * 0.06), Math.max(10, max + (max - min) * 0.06)] }
      },
      axes: [
        { ...axis, size: 22, space: 60, values: (plot, values) => values.map((value) => `${value} s`) },
        { ...axis, size: 46, space: 28, values: (plot, values) => values.map((value) => Number.isInteger(value) ? count(value) : '') }
      ],
      bands: [{ series: [2, 1], fill: color('--log') }],
      series: [
        {},
        { stroke: color('--log-edge'), width: 1, points: { show: false } },
        { stroke: color('--log-edge'), width: 1, points: { show: false } },
        { stroke: color('--mine'), width: 2.5, points: { show: false } }
      ]
    }, this.data, this.place);
    this.plot.root.setAttribute('aria-hidden', 'true');
  }

  resize() {
    if (this.plot === null) {
      this.build();
    }
    else if (this.place.clientWidth > 0 && this.place.clientWidth !== this.plot.width) {
      this.plot.setSize({ width: this.place.clientWidth, height: HEIGHT });
    }
  }

  close() {
    dark.removeEventListener('change', this.draw);
    this.sizes.disconnect();
    if (this.plot !== null) {
      this.plot.destroy();
    }
  }

}
