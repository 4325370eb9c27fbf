import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { cut } from '../lib/cut.ts';
import type { Progress } from '../session/progress.ts';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 900, height: 420 };
/** Drawn larger, for the screens of phones. */
const SCALE = 2;

/**
 * A job's losses as a PNG. The values stand at even distances, the last one at the newest step that is known.
 */
export const lossCurve = (title: string, progress: Drawn): Promise<Uint8Array> =>
  lossCurves(title, [{ name: '', progress }]);

type Drawn = Pick<Progress, 'losses' | 'stride' | 'seen' | 'axis' | 'step' | 'steps'>;

/** They are told apart by those who see no colours, too: each has dashes of its own. */
const LINES = [
  { color: '#b8860b', type: 'solid' },
  { color: '#1f6feb', type: 'dashed' },
  { color: '#c0392b', type: 'dotted' },
  { color: '#2e8b57', type: [12, 4] },
  { color: '#8e44ad', type: [4, 4, 12, 4] },
  { color: '#34495e', type: [2, 6] },
] as const;

/**
 * The losses of several jobs in one picture. Those that stand over something else are drawn by it as well.
 */
export async function lossCurves(
  title: string,
  curves: readonly { name: string; progress: Drawn }[],
): Promise<Uint8Array> {
  const { font } = await drawing();
  const axes = curves.map(({ progress }) => axisOf(progress));
  const names = [...new Set(axes.map(({ name }) => name))];
  const last = Math.max(...axes.map((axis) => axis.last));
  const hasLegend = curves.length > 1;
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const text = { fontFamily: FONT, fontSize: 14, color: '#4a4a4a' };
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 16, top: 12, textStyle: { ...text, fontSize: 17, fontWeight: 'normal' } },
    ...(hasLegend
      ? {
          legend: {
            top: 40,
            left: 64,
            right: 28,
            textStyle: text,
            data: curves.map((_, i) => labelOf(curves, i)),
          },
        }
      : {}),
    grid: { left: 72, right: 28, top: hasLegend ? 56 + 22 * curves.length : 56, bottom: 56 },
    xAxis: {
      type: 'value',
      name: names.join(' / '),
      nameLocation: 'middle',
      nameGap: 30,
      min: 0,
      max: names.every((name) => name === 'epoch') ? last : Math.ceil(last),
      axisLabel: text,
      nameTextStyle: text,
      splitLine: { show: false },
    },
    yAxis: { type: 'value', scale: true, axisLabel: text },
    series: curves.map(({ progress }, i) => {
      const { color, type } = LINES[i % LINES.length] ?? LINES[0];
      return {
        type: 'line',
        ...(hasLegend ? { name: labelOf(curves, i) } : {}),
        showSymbol: false,
        color,
        lineStyle: { width: 2.5, color, type },
        data: progress.losses.map((loss, at) => [axes[i]?.at(at) ?? at, loss]),
      };
    }),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const options = {
    fitTo: { mode: 'zoom' as const, value: SCALE },
    font: { fontBuffers: [font], defaultFontFamily: FONT },
  };
  return new Resvg(svg, options).render().asPng();
}

const LABEL = 60;

/** Two of one name are told apart by their place. */
function labelOf(curves: readonly { name: string }[], i: number): string {
  const name = cut(curves[i]?.name ?? '', LABEL);
  const isAlone = curves.filter((other) => other.name === curves[i]?.name).length < 2;
  return isAlone ? name : `${name} (${i + 1})`;
}

type Axis = { name: 'step' | 'epoch' | 'logged values'; last: number; at(i: number): number };

/** What losses stand over: where the first and newest were printed, the others evenly between them. */
export function axisOf({
  losses,
  stride,
  seen,
  axis,
  step,
  steps,
}: Pick<Progress, 'losses' | 'stride' | 'seen' | 'axis' | 'step' | 'steps'>): Axis {
  const place = axis && placesOf(axis, steps);
  if (place) {
    const each = seen > 1 ? ((place.last - place.first) / (seen - 1)) * stride : 0;
    return { name: place.name, last: place.last, at: (i) => place.first + i * each };
  }
  const last = (losses.length - 1) * stride + 1;
  const scale = step === undefined || step < last ? 1 : step / last;
  return {
    name: step === undefined ? 'logged values' : 'step',
    last: last * scale,
    at: (i) => (i * stride + 1) * scale,
  };
}

/** Steps that are counted anew in each epoch are parts of epochs. */
function placesOf({ kind, first, last }: NonNullable<Progress['axis']>, steps: number | undefined) {
  if (kind === 'step') return { name: 'step' as const, first: first[1], last: last[1] };
  if (kind === 'epoch') return { name: 'epoch' as const, first: first[0], last: last[0] };
  if (kind === 'none') return undefined;
  if (first[0] === last[0]) return { name: 'step' as const, first: first[1], last: last[1] };
  const part = (step: number) => (steps === undefined || steps === 0 ? 0 : Math.min(1, step / steps));
  return { name: 'epoch' as const, first: first[0] + part(first[1]), last: last[0] + part(last[1]) };
}

const FONT = 'DejaVu Sans';

let ready: Promise<{ font: Uint8Array }> | undefined;

/** The renderer and its font, loaded when the first picture is drawn. */
function drawing(): Promise<{ font: Uint8Array }> {
  const { resolve } = createRequire(import.meta.url);
  ready ??= initWasm(readFileSync(resolve('@resvg/resvg-wasm/index_bg.wasm'))).then(() => ({
    font: readFileSync(resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
  }));
  return ready;
}
