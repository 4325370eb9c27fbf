import { describe, expect, test } from 'vitest';
import { attachedNote, placed, placedOf } from '../../src/intake/attachments.ts';
import { receiveFiles } from '../../src/intake/received.ts';
import { fileKind } from '../../src/lib/file-kinds.ts';
import { plainName } from '../../src/lib/file-name.ts';
import { readableText } from '../../src/lib/readable-text.ts';
import { pictureType } from '../../src/session/store/images.ts';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const box = (brands: string) => latin1(`\0\0\0\x1cftyp${brands}\0\0\0\x08meta`);
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;

/** The first bytes of pictures as cameras and programs write them, and whether models take them. */
const PICTURES: readonly [bytes: Buffer, what: string, type?: string][] = [
  [latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'a PNG picture', 'image/png'],
  [latin1('\xff\xd8\xff\xe0\0\x10JFIF\0'), 'a JPEG picture', 'image/jpeg'],
  [latin1('\xff\xd8\xff\xe1\x1c\x45Exif\0\0'), 'a JPEG picture', 'image/jpeg'],
  [latin1('GIF87a\x01\0\x01\0'), 'a GIF picture', 'image/gif'],
  [latin1('GIF89a\x01\0\x01\0'), 'a GIF picture', 'image/gif'],
  [latin1('RIFF\x40\0\0\0WEBPVP8 '), 'a WebP picture', 'image/webp'],
  [latin1('RIFF\x40\0\0\0WEBPVP8L'), 'a WebP picture', 'image/webp'],
  [latin1('RIFF\x40\0\0\0WEBPVP8X'), 'a WebP picture', 'image/webp'],
  [box('heic\0\0\0\0mif1heic'), 'a HEIC picture'],
  [box('heix\0\0\0\0mif1heix'), 'a HEIC picture'],
  [box('mif1\0\0\0\0mif1heic'), 'a HEIC picture'],
  [box('avif\0\0\0\0avifmif1miaf'), 'an AVIF picture'],
  [box('mif1\0\0\0\0mif1avif'), 'an AVIF picture'],
  [latin1('II*\0\x08\0\0\0'), 'a TIFF picture'],
  [latin1('MM\0*\0\0\0\x08'), 'a TIFF picture'],
  [latin1('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'), 'a BMP picture'],
  [latin1('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'an SVG picture'],
  [latin1('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'), 'an SVG picture'],
];

describe('a picture is what its bytes are, whatever it is called', () => {
  test.each(PICTURES.map(([bytes, what, type]) => ({ bytes, what, type })))(
    '$what',
    ({ bytes, what, type }) => {
      expect(fileKind(bytes)).toMatchObject({ form: 'picture', what });
      expect(pictureType(bytes)).toBe(type);
    },
  );

  test.each(PICTURES.map(([bytes, what, type]) => ({ bytes, what, type })))(
    'people who attach $what as a JPEG are told where models can’t see it',
    async ({ bytes, what, type }) => {
      const offered = { id: 'F1', name: 'IMG_1.jpg', download: async () => bytes };
      const rules = { max_mb: 5, per_message: 3, extensions: ['jpg'] };
      const { images, problems, attachments } = await receiveFiles([offered], rules);
      expect(images).toHaveLength(type === undefined ? 0 : 1);
      expect(attachments).toHaveLength(1);
      const said = type === undefined ? [expect.stringContaining(`IMG_1.jpg is ${what}, which models`)] : [];
      expect(problems).toEqual(said);
    },
  );

  test('what is only called a picture is said to be none', async () => {
    const rules = { max_mb: 5, per_message: 3, extensions: ['png'] };
    const saidOf = async (text: string) =>
      (await receiveFiles([{ id: '1', name: 'a.png', download: async () => Buffer.from(text) }], rules))
        .problems;
    expect(await saidOf(LFS)).toEqual([expect.stringContaining('a.png is a Git LFS pointer')]);
    expect(await saidOf('hello')).toEqual([expect.stringContaining('a.png is no picture')]);
  });

  test.each(['GIFs and BMPs are pictures', 'ID3 über alles', 'GGUF — ein Format', 'ORCs, Обь', 'BZh eins'])(
    'a text may begin with the same letters: %s',
    (text) => expect(readableText('a.txt', Buffer.from(text))).toMatchObject({ ok: true, text }),
  );
});

describe('a file that is read as text', () => {
  test.each([
    ['a.txt', 'naïve 🚤', 'naïve 🚤'],
    ['a.py', '\ufeffx = 1', 'x = 1'],
    ['a.html', '<!doctype html><title>x</title>', '<!doctype html><title>x</title>'],
    ['plot.svg', '<svg></svg>', '<svg></svg>'],
    ['pom.xml', '<?xml version="1.0"?><project></project>', '<?xml version="1.0"?><project></project>'],
    ['README.md', '<html><body>x</body></html>', '<html><body>x</body></html>'],
    ['empty.txt', '', ''],
  ])('is %s where it is what its name says', (name, bytes, text) => {
    expect(readableText(name, Buffer.from(bytes))).toEqual({ ok: true, text, note: undefined });
  });

  test.each([
    ['Windows-1252', latin1('Grüße aus München'), 'Grüße aus München', 'Windows-1252, as it seems'],
    ['UTF-16', Buffer.from('\ufeffé🚤', 'utf16le'), 'é🚤', 'UTF-16, not'],
  ])('is read in %s, and that is said', (_encoding, bytes, text, note) => {
    expect(readableText('a.txt', bytes)).toEqual({ ok: true, text, note: expect.stringContaining(note) });
  });

  test.each([
    ['a.csv', LFS, 'is a Git LFS pointer, not the file of 12,345 bytes'],
    ['a.txt', LFS, 'is a Git LFS pointer'],
    ['a.csv', '<!DOCTYPE html><title>Sign in</title>', 'is a web page that asks to log in'],
    ['a.py', '<html><title>404 Not Found</title></html>', 'is a web page that says that nothing is there'],
    ['a.jsonl', '<?xml version="1.0"?><rows></rows>', 'is XML: read it with'],
    ['a.yaml', 'Entry not found', 'is the refusal of a server'],
    ['a.bin', 'a\0b', 'is no text file: it has NUL bytes'],
    [
      'a.txt',
      Buffer.concat([Buffer.from('naïve café\n'), latin1('\xff')]),
      'is not text in UTF-8 alone (byte 0xFF in line 2',
    ],
    ['a.csv', latin1('\x1f\x8b\x08'), 'is packed with gzip: unpack it with gunzip'],
    ['model.bin', latin1('PK\x03\x04\0\0\0\0archive/data.pkl'), 'is weights of PyTorch'],
  ])('is refused with what it is: %s', (name, bytes, reason) => {
    const file = readableText(name, Buffer.from(bytes));
    expect(file).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });

  test('may be cut within a character', () => {
    const bytes = Buffer.from('aé');
    expect(readableText('a.txt', bytes.subarray(0, 2), { isPart: true })).toMatchObject({
      ok: true,
      text: 'a',
    });
  });
});

test('a model is told of what an attachment’s name does not say', () => {
  const noted = (name: string, bytes: Buffer) =>
    attachedNote(placed([{ id: '1', name, bytes }], new Set()).map(placedOf));
  expect(noted('a.csv', Buffer.from('a,b\n'))).toBe(
    '[Attached, and in the sandbox: `attachments/a.csv` (4 bytes)]',
  );
  expect(noted('a.png', latin1('\x89PNG\r\n\x1a\n'))).toContain('(8 bytes)]');
  expect(noted('a.parquet', latin1('PAR1xxxxPAR1'))).toContain('(12 bytes)]');
  expect(noted('a.csv', Buffer.from(LFS))).toContain('bytes; it is a Git LFS pointer');
  expect(noted('a.jpg', box('heic\0\0\0\0'))).toContain('bytes; it is a HEIC picture: convert it');
  expect(noted('a.csv', Buffer.of())).toContain('(0 bytes; it is empty)');
});

test.each([
  ['nai\u0308ve.csv', 'nai\u0308ve.csv'],
  ['हिन्दी डेटा.csv', 'हिन्दी_डेटा.csv'],
  ['👩‍🔬 results.png', '👩‍🔬_results.png'],
  ['❤️ 1️⃣ 🇩🇪.txt', '❤️_1️⃣_🇩🇪.txt'],
  ['#1 a?/b\\c.csv', '_1_a_b_c.csv'],
  ['a\u202egnp.exe', 'a_gnp.exe'],
  ['..hidden', '_hidden'],
  ['', 'file'],
])('the name %s becomes %s', (name, plain) => expect(plainName(name)).toBe(plain));
