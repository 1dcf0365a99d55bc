/** The value behind a draft, so that it can stand in a second place of the same configuration without being copied. */
import { isDraft, original } from "immer";

/** `value` itself, or what immer's draft of it stands for. It must not have been changed in place. */
export const shared = <T>(value: T): T =>
  isDraft(value) ? (original(value as never) as T) : value;
