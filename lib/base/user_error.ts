/**
 * An error whose message is meant for the caller, be it a model or a person: it says what was
 * attempted, which rule was broken, the value that broke it, and what to do next.
 *
 * Everything else that is thrown counts as a fault of this program.
 */
export class UserError extends Error {
  override name = "UserError";
}
