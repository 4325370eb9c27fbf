export type HubRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  body: string;
  /** Whose token asks. */
  who: string;
};
export type Answer = { status: number; answer: unknown };
