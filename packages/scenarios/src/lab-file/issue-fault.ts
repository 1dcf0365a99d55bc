/** A complaint of zod's as a fault with its place in the file. */
import type { z } from "zod";
import type { LabFault } from "./lab-file-error.ts";

/** `under` leads to what was checked. */
export function faultOf(issue: z.core.$ZodIssue, under: readonly PropertyKey[] = []): LabFault {
  const path = [...under, ...issue.path];
  const { message } = issue;
  const field = path.map(String).join(".");
  const at = issue.code === "unrecognized_keys" ? [...path, issue.keys[0] ?? ""] : path;
  return { at, message: field === "" ? message : `${field}: ${message}` };
}
