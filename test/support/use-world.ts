import { afterEach } from 'vitest';
import type { ModelScript } from '../doubles/model.ts';
import type { BackendName } from './backends.ts';
import { World, type WorldOptions } from './world.ts';

type Options = Partial<WorldOptions> & { backend?: BackendName | 'shared'; isStarted?: boolean };

/**
 * For a file of tests: gives what makes a world with the bot started in it, on the shared database unless
 * told otherwise. `remember` is handed each one; after its test it is closed.
 */
export function useWorld(
  remember: (world: World) => void,
): (script: ModelScript, options?: Options) => Promise<World> {
  let open: World | undefined;
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });
  return async (script, { backend = 'shared', isStarted = true, ...options } = {}) => {
    open = await World.create(backend, { script, ...options });
    remember(open);
    if (isStarted) await open.start();
    return open;
  };
}
