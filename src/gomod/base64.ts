/**
 * Base64 as Go's encoding/base64 reads and writes it (StdEncoding): padded, line ends between characters ignored, spare
 * bits in the last character too. `atob` alone takes spaces and unpadded text as well.
 */

export function encodeBase64(data: Uint8Array): string {
  let bytes = "";
  // As many arguments as every engine takes.
  for (let at = 0; at < data.length; at += 8192) bytes += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(bytes);
}

/** `undefined` if it is no base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const joined = text.replace(/[\r\n]+/g, "");
  if (joined.length % 4 !== 0 || !/^[0-9A-Za-z+/]*={0,2}$/.test(joined)) return undefined;
  const bytes = atob(joined);
  const data = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) data[i] = bytes.charCodeAt(i);
  return data;
}
