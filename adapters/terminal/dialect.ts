import type { Dialect } from '../../src/lib/markdown/dialect.ts';

/** Answers are shown as the model wrote them: markdown is made to be read as it stands. */
export const AS_WRITTEN: Dialect = {
  text: (text) => text,
  line: (printed) => printed,
  strong: '',
  delete: '~~',
  emphasis: () => '',
  code: (text) => text,
  codeLine: (line) => line,
  address: (url) => url,
  link: (url, label) => (label === url || label === '' ? url : `${label} (${url})`),
  lineBreak: '\n',
  heading: () => ({ prefix: '', isBold: false }),
  rule: '———',
  checked: '[x] ',
  unchecked: '[ ] ',
  around: (around) => around,
  fence: (_code, language) => ({ open: `\`\`\`${language}`, close: '```' }),
  isLanguage: (name) => /^[\w+#.-]{1,40}$/.test(name),
  table: { kind: 'columns', width: 100 },
  isApart: () => true,
};
