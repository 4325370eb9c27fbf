import type { ServerResponse } from 'node:http';
import { sendJson } from '../http.ts';
import type { HubState } from './state.ts';
import { viewed } from './viewed-dataset.ts';

/** Whether a path is one of the datasets server's. */
export const isDatasetViewer = (path: string): boolean => path in DATASET_ROUTES;

/** What the datasets server tells of the one dataset that it always knows, and of those of this Hub. */
export function datasets(
  hub: HubState,
  route: string,
  query: URLSearchParams,
  response: ServerResponse,
): void {
  const known = hub.viewed.find(({ id }) => id === query.get('dataset'));
  if (known !== undefined) {
    const { status, answer } = viewed(known, route, query);
    sendJson(response, status, answer);
    return;
  }
  const error = 'The dataset does not exist, or is not accessible without authentication (private or gated).';
  const isKnown = query.get('dataset') === DATASET;
  sendJson(response, isKnown ? 200 : 404, isKnown ? DATASET_ROUTES[route] : { error });
}

/**
 * The dataset that the datasets-server routes know; forms after https://huggingface.co/docs/dataset-viewer.
 */
const DATASET = 'stanfordnlp/imdb';
const DATASET_ROUTES: Readonly<Record<string, unknown>> = {
  '/is-valid': { preview: true, viewer: true, search: true, filter: true, statistics: true },
  '/splits': {
    splits: [
      { dataset: DATASET, config: 'plain_text', split: 'train' },
      { dataset: DATASET, config: 'plain_text', split: 'test' },
    ],
    pending: [],
    failed: [],
  },
  '/info': {
    dataset_info: {
      features: {
        text: { dtype: 'string', _type: 'Value' },
        label: { names: ['neg', 'pos'], _type: 'ClassLabel' },
      },
      splits: {
        train: { name: 'train', num_bytes: 33_435_948, num_examples: 25_000 },
        test: { name: 'test', num_bytes: 32_653_810, num_examples: 25_000 },
      },
    },
    partial: false,
  },
  '/first-rows': {
    dataset: DATASET,
    config: 'plain_text',
    split: 'train',
    features: [
      { feature_idx: 0, name: 'text', type: { dtype: 'string', _type: 'Value' } },
      { feature_idx: 1, name: 'label', type: { names: ['neg', 'pos'], _type: 'ClassLabel' } },
    ],
    rows: [
      { row_idx: 0, row: { text: 'A film that never finds its feet.', label: 0 }, truncated_cells: [] },
      { row_idx: 1, row: { text: 'Two hours of pure delight.', label: 1 }, truncated_cells: [] },
      { row_idx: 2, row: { text: 'I wanted to like it and could not.', label: 0 }, truncated_cells: [] },
    ],
    truncated: true,
  },
  '/statistics': {
    num_examples: 25_000,
    statistics: [
      {
        column_name: 'label',
        column_type: 'class_label',
        column_statistics: {
          nan_count: 0,
          nan_proportion: 0,
          no_label_count: 0,
          no_label_proportion: 0,
          n_unique: 2,
          frequencies: { neg: 12_500, pos: 12_500 },
        },
      },
    ],
    partial: false,
  },
  '/parquet': {
    parquet_files: [
      {
        dataset: DATASET,
        config: 'plain_text',
        split: 'test',
        url: 'https://example.invalid/0',
        filename: '0000.parquet',
        size: 20_470_363,
      },
      {
        dataset: DATASET,
        config: 'plain_text',
        split: 'train',
        url: 'https://example.invalid/1',
        filename: '0000.parquet',
        size: 20_979_968,
      },
    ],
    pending: [],
    failed: [],
    partial: false,
  },
};
