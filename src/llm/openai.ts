import type OpenAI from 'openai';

type Library = typeof OpenAI;

let loaded: Library | undefined;

/** OpenAI's client, which is read when a model is asked first: it consists of 236 modules. */
export async function loadOpenAI(): Promise<Library> {
  loaded ??= (await import('openai')).default;
  return loaded;
}

/** The library once it has been read; before that nothing can be one of its errors. */
export const openAI = (): Library | undefined => loaded;
