/** What a file is by its bytes, whatever it is called. */
export type FileKind = {
  form: 'picture' | 'packed' | 'table' | 'page' | 'pointer' | 'workbook' | 'other';
  /** In words that fit after "it is": "a HEIC picture". */
  what: string;
  /** What to do to get at what is meant, as the rest of a sentence; missing where nothing is known. */
  mend?: string;
};

/** Undefined where the bytes begin like text, or like nothing that is known. */
export function fileKind(bytes: Uint8Array): FileKind | undefined {
  const begins = Buffer.from(bytes.subarray(0, 512)).toString('latin1');
  const isText = isWritten(bytes.subarray(0, 512));
  const magic = MAGIC.find(({ at = 0, is }) => begins.startsWith(is, at));
  if (magic !== undefined && !(isText && magic.form !== 'picture' && LETTERS.test(magic.is)))
    return kindOf(magic);
  if (begins.startsWith('BM') && begins.startsWith('\0\0\0\0', 6)) return unseen('BMP');
  if (begins.startsWith('RIFF'))
    return begins.startsWith('WEBP', 8) ? picture('WebP') : other('a sound or a video (RIFF)');
  if (begins.startsWith('ftyp', 4)) return media(begins.slice(8, 32));
  if (begins.startsWith('PK\x03\x04')) return zip(bytes);
  return begins.includes('\0') ? undefined : ofText(bytes);
}

/** UTF-8 without what only programs write. */
function isWritten(bytes: Uint8Array): boolean {
  const isPlain = bytes.every((byte) => (byte >= 0x20 || (byte >= 9 && byte <= 13)) && byte !== 0x7f);
  return isPlain && !new TextDecoder().decode(bytes, { stream: true }).includes('\ufffd');
}

/** Pictures that models take: providers refuse a request with a picture of another type than is said. */
export const SEEN_PICTURES: ReadonlyMap<string, string> = new Map([
  ['a PNG picture', 'image/png'],
  ['a JPEG picture', 'image/jpeg'],
  ['a GIF picture', 'image/gif'],
  ['a WebP picture', 'image/webp'],
]);

/** A table may begin with the same letters. */
const LETTERS = /^[A-Z][A-Z0-9]+$/i;

type Magic = FileKind & { at?: number; is: string };
const kindOf = ({ at: _at, is: _is, ...kind }: Magic): FileKind => kind;

const TO_PNG = 'convert it to PNG first, with Pillow in a sandbox or with `magick in out.png`';

const picture = (name: string, mend?: string): FileKind => ({
  form: 'picture',
  what: `${name === 'AVIF' || name === 'SVG' ? 'an' : 'a'} ${name} picture`,
  ...(mend === undefined ? {} : { mend }),
});
const unseen = (name: string, mend = TO_PNG): FileKind => picture(name, mend);
const other = (what: string, mend?: string): FileKind => ({
  form: 'other',
  what,
  ...(mend === undefined ? {} : { mend }),
});
const packed = (what: string, mend: string): FileKind => ({ form: 'packed', what, mend });

const MAGIC: readonly Magic[] = [
  { is: '\x89PNG\r\n\x1a\n', ...picture('PNG') },
  { is: '\xff\xd8\xff', ...picture('JPEG') },
  { is: 'GIF87a', ...picture('GIF') },
  { is: 'GIF89a', ...picture('GIF') },
  { is: 'II*\0', ...unseen('TIFF') },
  { is: 'II+\0', ...unseen('TIFF') },
  { is: 'MM\0*', ...unseen('TIFF') },
  { is: '\0\0\0\x0cJXL ', ...unseen('JPEG XL') },
  { is: '\0\0\x01\0', ...unseen('Windows icon') },
  { is: '8BPS', ...unseen('Photoshop') },
  { is: '\x1f\x8b', ...packed('packed with gzip', 'unpack it with gunzip') },
  { is: '\x28\xb5\x2f\xfd', ...packed('packed with zstd', 'unpack it with zstd -d') },
  { is: 'BZh', ...packed('packed with bzip2', 'unpack it with bunzip2') },
  { is: '\xfd7zXZ\0', ...packed('packed with xz', 'unpack it with unxz') },
  { is: '7z\xbc\xaf\x27\x1c', ...packed('a 7z archive', 'unpack it with 7z x') },
  { is: 'Rar!\x1a\x07', ...packed('a RAR archive', 'unpack it with unrar x') },
  { is: '\x04\x22\x4d\x18', ...packed('packed with LZ4', 'unpack it with lz4 -d') },
  { is: '\xff\x06\0\0sNaPpY', ...packed('packed with Snappy', 'unpack it with python-snappy') },
  { is: 'ustar', at: 257, ...packed('a tar archive', 'unpack it with tar -xf') },
  { is: 'PAR1', form: 'table', what: 'a Parquet file' },
  { is: 'PARE', form: 'table', what: 'an encrypted Parquet file', mend: 'whoever wrote it has its keys' },
  { is: 'ARROW1', ...other('an Arrow file', 'read it with pyarrow.feather.read_table') },
  { is: 'FEA1', ...other('an old Feather file', 'read it with pandas.read_feather') },
  { is: '\xff\xff\xff\xff', ...other('a stream of Arrow', 'read it with pyarrow.ipc.open_stream') },
  { is: 'ORC', ...other('an ORC file', 'read it with pandas.read_orc') },
  { is: 'Obj\x01', ...other('an Avro file', 'read it with fastavro') },
  { is: '\x93NUMPY', ...other('a NumPy array', 'read it with numpy.load') },
  { is: '\x89HDF\r\n\x1a\n', ...other('an HDF5 file', 'read it with h5py or pandas.read_hdf') },
  { is: 'SQLite format 3\0', ...other('an SQLite database', 'read it with sqlite3') },
  {
    is: '\xd0\xcf\x11\xe0',
    form: 'workbook',
    what: 'an old Excel workbook (or another old Office file)',
    mend: 'save it as CSV, or read it with pandas.read_excel',
  },
  { is: '%PDF-', ...other('a PDF document') },
  { is: '\x80\x02', ...other('a Python pickle', 'loading it runs code: only from people that are trusted') },
  { is: '\x80\x03', ...other('a Python pickle', 'loading it runs code: only from people that are trusted') },
  {
    is: '\x80\x04\x95',
    ...other('a Python pickle', 'loading it runs code: only from people that are trusted'),
  },
  {
    is: '\x80\x05\x95',
    ...other('a Python pickle', 'loading it runs code: only from people that are trusted'),
  },
  { is: '\x7fELF', ...other('a program') },
  { is: 'ID3', ...other('a sound (MP3)') },
  { is: 'fLaC', ...other('a sound (FLAC)') },
  { is: 'OggS', ...other('a sound (Ogg)') },
  { is: 'GGUF', ...other('a model in GGUF') },
];

/** Of the container that pictures and videos share: https://mp4ra.org/registered-types/brands. */
function media(brands: string): FileKind {
  if (/^(?:avif|avis)/.test(brands)) return unseen('AVIF');
  if (/^(?:hei[cxsm]|hev[cxms])/.test(brands) || /^mif1|^msf1/.test(brands)) {
    return brands.includes('avif')
      ? unseen('AVIF')
      : unseen('HEIC', 'convert it to JPEG or PNG first, with pillow-heif or on the phone that took it');
  }
  return other('a video');
}

/** What is in a zip tells more than that it is one. */
function zip(bytes: Uint8Array): FileKind {
  const begins = Buffer.from(bytes.subarray(0, 4_000)).toString('latin1');
  if (/xl\/|\[Content_Types\]\.xml/.test(begins)) {
    if (begins.includes('word/')) return other('a Word document', 'save it as text');
    if (begins.includes('ppt/')) return other('a PowerPoint document', 'save it as PDF or text');
    return {
      form: 'workbook',
      what: 'an Excel workbook',
      mend: 'save each of its sheets as CSV (UTF-8), or read it with pandas.read_excel',
    };
  }
  if (begins.includes('opendocument.spreadsheet')) {
    return {
      form: 'workbook',
      what: 'an OpenDocument spreadsheet',
      mend: 'save each of its sheets as CSV (UTF-8)',
    };
  }
  if (/data\.pkl|archive\/version/.test(begins))
    return other('weights of PyTorch', 'load it with torch.load');
  if (/^[^/]{1,60}\.npy/.test(begins.slice(30))) return other('arrays of NumPy', 'read it with numpy.load');
  return packed('a zip archive', 'unpack it with unzip');
}

/** Texts that stand in the place of what is meant. */
function ofText(bytes: Uint8Array): FileKind | undefined {
  const begins = Buffer.from(bytes.subarray(0, 4_000))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  return pointer(begins) ?? page(begins) ?? refusal(begins, bytes.length);
}

function pointer(text: string): FileKind | undefined {
  const size = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\r?\n(?:[^\n]*\n){0,8}?size (\d+)/.exec(
    text,
  )?.[1];
  if (size !== undefined || text.startsWith('version https://git-lfs.github.com/')) {
    const bytes = size === undefined ? '' : ` of ${Number(size).toLocaleString('en')} bytes`;
    return {
      form: 'pointer',
      what: `a Git LFS pointer, not the file${bytes} that it stands for`,
      mend: 'get the file with git lfs pull, or download it from the page of the repository',
    };
  }
  if (/^\S{0,200}\/?annex\/objects\/\S{1,400}\s*$/.test(text)) {
    return {
      form: 'pointer',
      what: 'a git-annex pointer, not the file that it stands for',
      mend: 'get the file with git annex get (or datalad get)',
    };
  }
  return undefined;
}

function page(text: string): FileKind | undefined {
  const lower = text.slice(0, 2_000).toLowerCase();
  const isHtml =
    /^(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<(?:!doctype html|html|head|body)\b/.test(lower);
  if (isHtml) return { form: 'page', ...htmlPage(text) };
  if (/^<svg\b/.test(lower) || (/^<(?:\?xml|!doctype svg)/.test(lower) && /<svg\b/.test(lower))) {
    return unseen('SVG', 'read it as text, or make a PNG of it with cairosvg');
  }
  const isXml = lower.startsWith('<?xml') || (/^<[a-z][\w:.-]{0,60}[\s>]/.test(lower) && text.includes('</'));
  if (!isXml) return undefined;
  const said = /<(?:code|message)>([^<]{1,120})</i.exec(text)?.[1];
  if (/<error\b/.test(lower)) {
    return {
      form: 'page',
      what: `the error of a server in XML${said ? ` (“${said}”)` : ''}, not the file that was asked for`,
      mend: 'its address has lapsed or needs an account: download it anew',
    };
  }
  return { form: 'page', what: 'XML', mend: 'read it with pandas.read_xml, or save it as CSV or JSON' };
}

const DRIVE = /google drive[^<]{0,40}virus|can(?:'|&#39;|’)t scan this file for viruses|virus scan warning/i;
const LOG_IN = /sign[ -]?in|log[ -]?in|anmeld|connexion|password/i;
const REFUSED = /\b40[13]\b|forbidden|access denied|unauthorized/i;
const ROBOTS = /^just a moment|attention required|checking your browser|captcha|are you (?:a robot|human)/i;
const NOT_THERE = /\b404\b|not found|nicht gefunden|introuvable/i;

function htmlPage(text: string): { what: string; mend: string } {
  const title = /<title[^>]{0,100}>([^<]{1,200})/i.exec(text)?.[1]?.replace(/\s+/g, ' ').trim();
  const named = title ? ` (“${title}”)` : '';
  if (DRIVE.test(text)) {
    return {
      what: `Google Drive's warning that it can't scan a large file for viruses${named}, not the file itself`,
      mend: 'download it with gdown, or in a browser with “Download anyway”',
    };
  }
  if (NOT_THERE.test(title ?? '')) {
    return {
      what: `a web page that says that nothing is there${named}`,
      mend: 'check the address it was downloaded from',
    };
  }
  if (ROBOTS.test(title ?? '')) {
    return {
      what: `a web page that asks whether one is a robot${named}, not the file itself`,
      mend: 'download it in a browser, or from another place',
    };
  }
  if (REFUSED.test(title ?? '')) {
    return {
      what: `a web page that refuses the file${named}`,
      mend: 'download it with an account that may see it',
    };
  }
  if (LOG_IN.test(title ?? '') || /type=["']?password/i.test(text)) {
    return {
      what: `a web page that asks to log in${named}, not the file itself`,
      mend: 'download it with an account that may see it',
    };
  }
  return {
    what: `a web page${named}, not the file itself`,
    mend: 'download the file itself: its address often has /resolve/ or /raw/ in the place of /blob/',
  };
}

/** What servers answer in the place of a file, where it was saved without a look at the status. */
const REFUSALS =
  /^(?:entry not found|repository not found|revision not found|404: not found|not found|invalid username or password\.?|access denied|forbidden|unauthorized|access to (?:dataset|model) \S{1,200} is restricted[^\n]{0,300})\s*$/i;

function refusal(text: string, bytes: number): FileKind | undefined {
  if (bytes > 600 || !REFUSALS.test(text)) return undefined;
  return {
    form: 'page',
    what: `the refusal of a server (“${text.trim()}”), not the file that was asked for`,
    mend: 'check the address and whether the account may see it, and download it anew',
  };
}
