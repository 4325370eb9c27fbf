import { z } from 'zod';
import { wholeBeginning } from '../lib/cut.ts';

/*
 * Pages of the documentation as markdown have elements of the site in them
 * (https://github.com/huggingface/doc-builder): tabs, notes, buttons, and, in older versions, descriptions of
 * classes and functions as elements with JSON.
 */

/** A page as people read it: what its elements show, as markdown. Code stays as it is. */
export function docText(page: string): string {
  let isCode = false;
  const lines: string[] = [];
  for (const line of withDescriptions(page).split('\n')) {
    const isFence = /^\s{0,12}(?:```|~~~)/.test(line);
    if (isFence) isCode = !isCode;
    const shown = isCode || isFence || !/[<[]/.test(line) ? line : shownOf(line);
    if (shown !== undefined) lines.push(shown);
  }
  return lines.join('\n').replace(/\n{4,}/g, '\n\n\n');
}

/** What a line with elements shows; undefined where that is nothing. */
function shownOf(line: string): string | undefined {
  const head = wholeBeginning(line, LINE);
  let text = head;
  for (const [element, shown] of ELEMENTS) text = text.replace(element, shown);
  return text.trim() === '' && line.trim() !== '' ? undefined : text + line.slice(head.length);
}

/** Of a longer line the rest has no elements that anybody wrote. */
const LINE = 20_000;

/** Each begins and ends on one line; attributes hold no `<`. */
const ELEMENTS: readonly (readonly [RegExp, string])[] = [
  [/<hfoption\s[^<>]{0,100}?id="([^"<>]{1,200})"[^<>]{0,200}>/g, '**$1:**'],
  [/<Tip warning(?:=\{true\})?>/g, '**Warning:**'],
  [/<Tip>/g, '**Note:**'],
  [/<pt>/g, '**PyTorch:**'],
  [/<tf>/g, '**TensorFlow:**'],
  [/<jax>/g, '**JAX:**'],
  [/<Youtube\s[^<>]{0,100}?id="([\w-]{1,40})"[^<>]{0,100}\/>/g, 'https://www.youtube.com/watch?v=$1'],
  [/<a id="[^"<>]{1,300}">\s{0,10}<\/a>/g, ''],
  [
    /<\/?(?:hfoptions?|Tip|frameworkcontent|pt|tf|jax|ExampleCodeBlock|EditOnGithub|DocNotebookDropdown|CourseFloatingBanner|Question|PipelineTag|PipelineIcon|iframe|small|CopyLLMTxtMenu)(?:\s[^<>]{0,3000})?>/g,
    '',
  ],
  [/<\/?div(?:\s[^<>]{0,1000})?>/g, ''],
  [/\[\[open-in-colab\]\]/g, ''],
];

/** Descriptions of classes and functions in their older form, in the newer one. */
function withDescriptions(page: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let from = page.indexOf(OPEN); from !== -1; from = page.indexOf(OPEN, at)) {
    const end = page.indexOf(CLOSE, from);
    if (end === -1) break;
    parts.push(page.slice(at, from), descriptionOf(page.slice(from + OPEN.length, end)));
    at = end + CLOSE.length;
  }
  return parts.join('') + page.slice(at);
}

const OPEN = '<docstring>';
const CLOSE = '</docstring>';

const Parameters = z.array(z.object({ name: z.string(), val: z.string().catch('') }));

function descriptionOf(body: string): string {
  const inner = (name: string): string => {
    const from = body.indexOf(`<${name}>`);
    const end = from === -1 ? -1 : body.indexOf(`</${name}>`, from);
    return end === -1 ? '' : body.slice(from + name.length + 2, end).trim();
  };
  const [anchor, source, about] = [inner('anchor'), inner('source'), inner('paramsdesc')];
  const [type, returned] = [inner('rettype'), inner('retdesc')];
  return [
    `#### ${inner('name')}${signatureOf(inner('parameters'))}${anchor ? `[[${anchor}]]` : ''}`,
    source && `[Source](${source})`,
    about && `**Parameters:**\n\n${about}`,
    (type || returned) && `**Returns:** ${[type, returned].filter(Boolean).join('\n\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** `[{"name": "args", "val": ": TrainingArguments = None"}]` as it stands in code. */
function signatureOf(json: string): string {
  try {
    const parameters = Parameters.parse(JSON.parse(json));
    return `(${parameters.map(({ name, val }) => `${name}${val}`).join(', ')})`;
  } catch {
    return '';
  }
}
