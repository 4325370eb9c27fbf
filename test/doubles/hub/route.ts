export type HubRequest = { method: string; path: string; query: URLSearchParams; body: string };
export type Answer = { status: number; answer: unknown };
