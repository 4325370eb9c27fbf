import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A Python package of one line, as package indexes give them: https://peps.python.org/pep-0427/. */
export function wheel(name: string, source: string): { file: string; bytes: Buffer; sha256: string } {
  const about = `${name}-1.0.dist-info`;
  const files: Record<string, string> = {
    [`${name}.py`]: source,
    [`${about}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    [`${about}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const records = Object.keys(files).map((path) => `${path},,\n`);
  const bytes = zip({ ...files, [`${about}/RECORD`]: `${records.join('')}${about}/RECORD,,\n` });
  return {
    file: `${name}-1.0-py3-none-any.whl`,
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

/** An archive without compression: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, content] = [Buffer.from(path), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0); // the version that is needed
    about.writeUInt16LE(0x21, 8); // a date, the first that there is
    about.writeUInt32LE(crc32(content), 10);
    about.writeUInt32LE(content.length, 14);
    about.writeUInt32LE(content.length, 18);
    about.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about, name, content]);
    const rest = Buffer.alloc(14);
    rest.writeUInt16LE(0o100644, 8); // a file that all may read
    rest.writeUInt32LE(at, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), about, rest, name]));
    locals.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
