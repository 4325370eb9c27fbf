import type { Answer } from './route.ts';

/** A dataset that the viewer has converted: what its routes tell is made of this. */
export type ViewedDataset = {
  id: string;
  config: string;
  /** Columns with their types, as the datasets library writes them. */
  features: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  splits: Readonly<Record<string, ViewedSplit>>;
};

type ViewedSplit = {
  /** How many rows it has; `first` are those that are shown. */
  rows: number;
  first: readonly Readonly<Record<string, unknown>>[];
  /** How often each label is there, by column. */
  frequencies?: Readonly<Record<string, Readonly<Record<string, number>>>>;
};

/** A column of texts, and one of classes. */
export const TEXT = { dtype: 'string', _type: 'Value' };
export const classes = (...names: readonly string[]) => ({ names, _type: 'ClassLabel' });
/** Turns of a conversation. */
export const MESSAGES = { feature: { role: TEXT, content: TEXT }, _type: 'List' };

/**
 * What a route answers, in the forms of the viewer's own description (huggingface/dataset-viewer,
 * docs/source/openapi.json), which also says which of its parameters a route can't do without.
 */
export function viewed(dataset: ViewedDataset, route: string, query: URLSearchParams): Answer {
  const { id, config, features, splits } = dataset;
  const asked = query.get('split');
  const isAboutSplit = route === '/first-rows' || route === '/statistics';
  if (isAboutSplit && (asked === null || query.get('config') === null)) {
    return { status: 422, answer: { error: "Parameters 'dataset', 'config' and 'split' are required" } };
  }
  const split = asked === null ? undefined : splits[asked];
  const isUnknown = (query.get('config') ?? config) !== config || (asked !== null && split === undefined);
  if (isUnknown) return { status: 404, answer: { error: 'Not found.' } };
  const place = { dataset: id, config };
  const none = { pending: [], failed: [] };
  const has = { preview: true, viewer: true, search: true, filter: true };
  switch (route) {
    case '/is-valid':
      return { status: 200, answer: { ...has, statistics: hasStatistics(dataset) } };
    case '/splits':
      return {
        status: 200,
        answer: { splits: Object.keys(splits).map((name) => ({ ...place, split: name })), ...none },
      };
    case '/info':
      return { status: 200, answer: { dataset_info: infoOf(dataset), partial: false, ...none } };
    case '/first-rows':
      return { status: 200, answer: { ...place, split: asked, ...firstRows(features, split) } };
    case '/statistics':
      return { status: 200, answer: statisticsOf(split) };
    default:
      return { status: 200, answer: { parquet_files: filesOf(dataset), ...none, partial: false } };
  }
}

const hasStatistics = ({ splits }: ViewedDataset): boolean =>
  Object.values(splits).some(({ frequencies }) => frequencies !== undefined);

const BYTES_A_ROW = 900;

const infoOf = ({ features, splits }: ViewedDataset) => ({
  features,
  splits: Object.fromEntries(
    Object.entries(splits).map(([name, { rows }]) => [
      name,
      { name, num_bytes: rows * BYTES_A_ROW, num_examples: rows },
    ]),
  ),
});

function firstRows(features: ViewedDataset['features'], split: ViewedSplit | undefined) {
  const { first = [], rows = 0 } = split ?? {};
  return {
    features: Object.entries(features).map(([name, type], i) => ({ feature_idx: i, name, type })),
    rows: first.map((row, i) => ({ row_idx: i, row, truncated_cells: [] })),
    truncated: first.length < rows,
  };
}

function statisticsOf(split: ViewedSplit | undefined) {
  const { frequencies = {}, rows = 0 } = split ?? {};
  const statistics = Object.entries(frequencies).map(([name, counts]) => ({
    column_name: name,
    column_type: 'class_label',
    column_statistics: {
      nan_count: 0,
      nan_proportion: 0,
      no_label_count: 0,
      no_label_proportion: 0,
      n_unique: Object.keys(counts).length,
      frequencies: counts,
    },
  }));
  return { num_examples: rows, statistics, partial: false };
}

const filesOf = ({ id, config, splits }: ViewedDataset) =>
  Object.entries(splits).map(([split, { rows }], i) => ({
    dataset: id,
    config,
    split,
    url: `https://example.invalid/${i}`,
    filename: '0000.parquet',
    size: Math.ceil((rows * BYTES_A_ROW) / 2),
  }));
