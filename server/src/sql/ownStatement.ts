import { withoutStatement } from '../base/error.ts';

/** Awaits a statement that no person wrote. Fails as it, without the position in it, which would mean nothing to anyone. */
export async function ownStatement<T>(running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    throw withoutStatement(error);
  }
}
