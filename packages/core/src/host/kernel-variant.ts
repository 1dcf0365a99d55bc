/** Kernel releases whose behaviour differs where lvsim models it: IPVS's overhead and threshold rules. */
export type KernelVariant = "6.1.192" | "6.1.176";
