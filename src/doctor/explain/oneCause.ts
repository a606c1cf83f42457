import { type Cause, defineSymptom, type Symptom } from "./symptom.ts";

type OneCause = Omit<Symptom, "causes" | "known"> &
  Omit<Cause, "id" | "when"> & {
    readonly cause: string;
    readonly known?: Symptom["known"];
  };

/** A symptom with one cause, which is told without a look at the project. */
export function oneCause(one: OneCause): Symptom {
  const { cause, happened, fix, commands, check, known = "provoked", ...rest } = one;
  const words = commands === undefined ? { happened, fix, check } : { happened, fix, commands, check };
  return defineSymptom({ ...rest, known, causes: [{ id: cause, ...words }] });
}
