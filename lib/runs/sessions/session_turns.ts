import type { App } from "../app.ts";

/** By the session's name: when whoever came last is done. */
const turns = new WeakMap<App, Map<string, Promise<void>>>();

/**
 * Cells of one session are prepared one after the other, so that they come to it in the order of their calls:
 * the first may start the session, or look for packages, while the next one has nothing to do.
 *
 * What is returned is to be disposed of when a cell is prepared; what follows at once comes before the next.
 */
export async function turnOf(app: App, session: string): Promise<Disposable> {
  const ofApp = turns.get(app) ?? new Map<string, Promise<void>>();
  turns.set(app, ofApp);
  const before = ofApp.get(session);
  const { promise, resolve } = Promise.withResolvers<void>();
  ofApp.set(session, promise);
  const release = () => {
    if (ofApp.get(session) === promise) ofApp.delete(session);
    resolve();
  };
  await before;
  return { [Symbol.dispose]: () => void setTimeout(release) };
}
