/** What is wrong with a lab file, one line a fault: `lab.yml:12:9: …`. */
export class LabFileError extends Error {
  override readonly name = "LabFileError";
}

/** Something wrong with a lab, and where: the keys that lead to it. */
export interface LabFault {
  readonly at: readonly PropertyKey[];
  readonly message: string;
}
