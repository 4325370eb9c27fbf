import { isMap, isScalar, isSeq, parseDocument, type Scalar, type YAMLSeq } from 'yaml';

/*
 * Cards of repositories: markdown below a head of YAML (https://huggingface.co/docs/hub/model-cards). What is
 * added is put into the text as it stands, so comments, order and quotes stay as their authors have them.
 */

/** By this tag everything is found that was made here. */
const TAG = 'ml-intern';

/** A longer head is no list of facts. */
const HEAD_CHARACTERS = 40_000;

/**
 * A card with the tag and a line on where the repository comes from; the same text where both are there. A
 * head that is no YAML stays as it is.
 */
export function withProvenance(card: string, sessionId: string): string {
  const line = `Made in a chat thread with ML Intern (session \`${sessionId}\`).`;
  const { mark, head, body, newLine } = cardParts(card);
  const tagged = tagsWith(head, newLine);
  const isTold = /\bML Intern \(session/.test(body);
  if (tagged === head && isTold) return card;
  const parts = [body.trimEnd(), line].filter((part) => part !== '');
  const text = isTold ? body : `${parts.join(newLine + newLine)}${newLine}`;
  const gap = text.startsWith(newLine) ? '' : newLine;
  return `${mark}---${newLine}${tagged}${newLine}---${newLine}${gap}${text}`;
}

/** A card's head of YAML and what is below it, with how its lines end. */
export function cardParts(card: string) {
  const [whole = '', mark = '', head = ''] =
    /^(\ufeff?)---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)??---[ \t]*(?:\r?\n|$)/.exec(card) ?? [];
  const newLine = card.includes('\r\n') ? '\r\n' : '\n';
  return { mark, head, body: card.slice(whole.length), newLine, hasHead: whole !== '' };
}

/** The head with the tag among its tags, be they a list in lines or in one line, one word, or none yet. */
function tagsWith(head: string, newLine: string): string {
  if (head.length > HEAD_CHARACTERS) return head;
  const { contents, errors } = parseDocument(head, { logLevel: 'silent' });
  if (errors.length > 0 || !(contents === null || isMap(contents))) return head;
  const pair = contents?.items.find(({ key }) => isScalar(key) && key.value === 'tags');
  if (pair === undefined) {
    const above = head.trimEnd();
    return [above, 'tags:', `- ${TAG}`].filter((part) => part !== '').join(newLine);
  }
  const { key, value } = pair;
  if (isSeq(value)) return intoList(head, value, newLine);
  if (!isScalar(key) || (value !== null && !isScalar(value))) return head;
  const keyEnd = head.indexOf(':', key.range?.[1] ?? 0) + 1;
  if (typeof value?.value === 'string') return besideWord(head, value);
  if (value !== null && value.value !== null) return head;
  const written = head.slice(keyEnd).replace(/^[ \t]*(?:~|null\b)/i, '');
  return `${head.slice(0, keyEnd)} [${TAG}]${written}`;
}

function intoList(head: string, list: YAMLSeq, newLine: string): string {
  if (list.items.some((item) => isScalar(item) && item.value === TAG)) return head;
  const [start] = list.range ?? [0];
  if (list.flow) {
    const rest = list.items.length > 0 ? `${TAG}, ` : TAG;
    const inside = start + head.slice(start).indexOf('[') + 1;
    return head.slice(0, inside) + rest + head.slice(inside);
  }
  const lineStart = head.lastIndexOf('\n', start - 1) + 1;
  return `${head.slice(0, start)}- ${TAG}${newLine}${head.slice(lineStart, start)}${head.slice(start)}`;
}

/** The Hub takes one word for a list of one; with a second one it has to be a list. */
function besideWord(head: string, word: Scalar): string {
  const text = String(word.value);
  if (text === TAG) return head;
  const [start, end] = word.range ?? [0, 0];
  const source = head.slice(start, end);
  const isPlain = /^(?:"[^"\n]*"|'[^'\n]*'|[^\n,[\]{}"'|>]+)$/.test(source);
  return `${head.slice(0, start)}[${TAG}, ${isPlain ? source : JSON.stringify(text)}]${head.slice(end)}`;
}
