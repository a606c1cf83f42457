/** A setting's text can't be read. The message completes the sentence "<setting>: …" and says what to write instead. */
export class InvalidValue extends Error {
  override readonly name = "InvalidValue";
}
