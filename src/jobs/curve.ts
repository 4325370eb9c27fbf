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
  { losses, stride, step }: Pick<Progress, 'losses' | 'stride' | 'step'>,
): Promise<Uint8Array> {
  const { font } = await drawing();
  const last = (losses.length - 1) * stride + 1;
  const scale = step === undefined || step < last ? 1 : step / last;
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...SIZE });
  const text = { fontFamily: FONT, fontSize: 14, color: '#4a4a4a' };
  chart.setOption({
    animation: false,
    backgroundColor: '#ffffff',
    title: { text: title, left: 16, top: 12, textStyle: { ...text, fontSize: 17, fontWeight: 'normal' } },
    grid: { left: 72, right: 28, top: 56, bottom: 56 },
    xAxis: {
      type: 'value',
      name: step === undefined ? 'logged values' : 'step',
      nameLocation: 'middle',
      nameGap: 30,
      min: 0,
      max: Math.ceil(last * scale),
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
        data: losses.map((loss, i) => [(i * stride + 1) * scale, loss]),
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
