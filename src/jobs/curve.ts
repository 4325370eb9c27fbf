import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import { LineChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Progress } from '../session/progress.ts';

use([LineChart, GridComponent, TitleComponent, SVGRenderer]);

const SIZE = { width: 900, height: 420 };
/** Drawn larger, for the screens of phones. */
const SCALE = 2;

/**
 * A job's losses as a PNG. The values stand at even distances, the last one at the newest step that is known.
 */
export async function lossCurve(
  title: string,
  progress: Pick<Progress, 'losses' | 'stride' | 'seen' | 'axis' | 'step' | 'steps'>,
): Promise<Uint8Array> {
  const { font } = await drawing();
  const { losses } = progress;
  const axis = axisOf(progress);
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const text = { fontFamily: FONT, fontSize: 14, color: '#4a4a4a' };
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 16, top: 12, textStyle: { ...text, fontSize: 17, fontWeight: 'normal' } },
    grid: { left: 72, right: 28, top: 56, bottom: 56 },
    xAxis: {
      type: 'value',
      name: axis.name,
      nameLocation: 'middle',
      nameGap: 30,
      min: 0,
      max: axis.name === 'epoch' ? axis.last : Math.ceil(axis.last),
      axisLabel: text,
      nameTextStyle: text,
      splitLine: { show: false },
    },
    yAxis: { type: 'value', scale: true, axisLabel: text },
    series: [
      {
        type: 'line',
        showSymbol: false,
        lineStyle: { width: 2.5, color: '#b8860b' },
        data: losses.map((loss, i) => [axis.at(i), loss]),
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const options = {
    fitTo: { mode: 'zoom' as const, value: SCALE },
    font: { fontBuffers: [font], defaultFontFamily: FONT },
  };
  return new Resvg(svg, options).render().asPng();
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
