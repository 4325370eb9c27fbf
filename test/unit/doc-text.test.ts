import { expect, test } from 'vitest';
import { placeOf } from '../../src/hub/doc-addresses.ts';
import { docText } from '../../src/hub/doc-text.ts';
import { growth, LINEAR } from '../support/growth.ts';

const OLD = `<div class="docstring border-l-2">

<docstring><name>class boats.Fleet</name><anchor>boats.Fleet</anchor><source>https://github.com/harbour/boats/blob/v1/src/fleet.py#L29</source><parameters>[{"name": "size", "val": ": int = 4"}, {"name": "**kwargs", "val": ""}]</parameters><paramsdesc>- **size** (\`int\`, defaults to 4) --
  How many boats.</paramsdesc><paramgroups>0</paramgroups><rettype>\`Fleet\`</rettype><retdesc>The fleet.</retdesc></docstring>

Boats that row together.

</div>`;

test('descriptions of classes in their older form are read in the newer one', () => {
  const text = docText(OLD);
  expect(text).toContain('#### class boats.Fleet(size: int = 4, **kwargs)[[boats.Fleet]]');
  expect(text).toContain('[Source](https://github.com/harbour/boats/blob/v1/src/fleet.py#L29)');
  expect(text).toContain('**Parameters:**\n\n- **size** (`int`, defaults to 4) --\n  How many boats.');
  expect(text).toContain('**Returns:** `Fleet`\n\nThe fleet.');
  expect(text).toContain('Boats that row together.');
  expect(text).not.toMatch(/<\/?(?:docstring|name|anchor|parameters|div)/);
  expect(text.slice(placeOf(text, 'boats.Fleet'))).toMatch(/^#### class boats\.Fleet/);
});

test.each([
  [
    'tabs',
    '<hfoptions id="rows">\n<hfoption id="Python">\n\n```py\nrow()\n```\n\n</hfoption>\n<hfoption id="command line">\n\nrow 3\n\n</hfoption>\n</hfoptions>',
    ['**Python:**\n\n```py\nrow()\n```', '**command line:**\n\nrow 3'],
    ['hfoption'],
  ],
  ['notes', '<Tip>\n\nRow slowly.\n\n</Tip>', ['**Note:**\n\nRow slowly.'], ['Tip>']],
  ['warnings', '<Tip warning={true}>\n\nIt sinks.\n\n</Tip>', ['**Warning:**\n\nIt sinks.'], ['Tip']],
  [
    'frameworks',
    '<frameworkcontent>\n<pt>\nrow\n</pt>\n<tf>\nsail\n</tf>\n</frameworkcontent>',
    ['**PyTorch:**\nrow', '**TensorFlow:**\nsail'],
    ['<'],
  ],
  ['videos', '<Youtube id="ab-12_c"/>', ['https://www.youtube.com/watch?v=ab-12_c'], ['<']],
  [
    'buttons',
    '# Boats\n\n[[open-in-colab]]\n\n<CourseFloatingBanner chapter={1} notebooks={[{label: "x", value: "y"}]} />\n\nText.',
    ['# Boats', 'Text.'],
    ['colab', 'Banner'],
  ],
  [
    'code',
    '```html\n<div><Tip>x</Tip></div>\n<hfoption id="a">\n```',
    ['<div><Tip>x</Tip></div>\n<hfoption id="a">'],
    [],
  ],
  [
    'signs',
    'if a < b and c[0] > d: <kbd>x</kbd> List[int]',
    ['if a < b and c[0] > d: <kbd>x</kbd> List[int]'],
    [],
  ],
  [
    'a description that is cut off',
    'x\n<docstring><name>class A</name>',
    ['<docstring><name>class A</name>'],
    [],
  ],
  [
    'a description without JSON',
    '<docstring><name>f</name><anchor>a.f</anchor><parameters>[{</parameters></docstring>',
    ['#### f[[a.f]]'],
    [],
  ],
])('%s of a page are shown as people read them', (_what, page, has, lacks) => {
  const text = docText(page);
  for (const part of has) expect(text).toContain(part);
  for (const part of lacks) expect(text).not.toContain(part);
});

test.each(['<', '<div ', '<docstring>', '<hfoption id="', '[[', '<Tip', '\n<a id="'])(
  'a page of a million signs, all of them "%s", is read in time that grows with it',
  (part) => {
    expect(growth((size) => docText(part.repeat(size / part.length)), 1_000_000)).toBeLessThan(LINEAR);
  },
);
