// Talking to our own routes. Errors are sentences the program wrote, fit to be shown.

import { t, worded } from "../i18n/strings.js";

/** @import { Deletes, Gets, Posts, Puts, Streams } from "./routes" */

const HEADER = { "x-qwen3vl-page": "1" };

/** The program answered with a reason, or did not answer. */
export class Refused extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The JSON of an answer; what it is, only the route knows.
 *  @param {Promise<Response>} request @returns {Promise<any>} */
async function answered(request) {
  return (await accepted(request)).json();
}

/** An answer that is no refusal.
 *  @param {Promise<Response>} request */
async function accepted(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Refused(t("offline"), 0);
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Refused(
    body.error ? worded({ ...body, text: body.error }) : t("unexpected"),
    response.status,
  );
}

/** Whether an error says that we ourselves have given up a request.
 *  @param {unknown} error */
export const isAborted = (error) => error instanceof Error && error.name === "AbortError";

/** GET a JSON document; null and empty parameters are left out, lists are repeated.
 *  @template {keyof Gets} P
 *  @param {P} path @param {Record<string, unknown>} parameters @returns {Promise<Gets[P]>} */
export function getJson(path, parameters = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one != null && one !== "") search.append(name, one);
    }
  }
  return answered(fetch(path + (search.size ? `?${search}` : "")));
}

/** GET a file that is to be saved.
 *  @param {string} path */
export async function getFile(path) {
  return (await accepted(fetch(path, { headers: HEADER }))).blob();
}

/** GET an answer of bytes; empty parameters are left out.
 *  @param {"/m/map"} path @param {Record<string, string>} parameters */
export async function getBytes(path, parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  const search = new URLSearchParams(given);
  return (await accepted(fetch(path + (search.size ? `?${search}` : "")))).arrayBuffer();
}

/** POST a JSON document.
 *  @template {keyof Posts} P @param {P} path @param {object} body @returns {Promise<Posts[P]>} */
export const post = (path, body = {}) => sent("POST", path, body);

/** POST a JSON document, and take the answer line by line while it comes, each a JSON document.
 *  @template {keyof Streams} P
 *  @param {P} path @param {object} body @param {AbortSignal} signal
 *  @param {(line: Streams[P]) => void} take */
export async function postLines(path, body, signal, take) {
  const headers = { ...HEADER, "content-type": "application/json" };
  const response = await accepted(
    fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal }),
  );
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(JSON.parse(line));
  }
}

/** PUT a JSON document.
 *  @template {keyof Puts} P @param {P} path @param {object} body @returns {Promise<Puts[P]>} */
export const put = (path, body) => sent("PUT", path, body);

/** @param {string} method @param {string} path @param {object} body */
function sent(method, path, body) {
  const headers = { ...HEADER, "content-type": "application/json" };
  return answered(fetch(path, { method, headers, body: JSON.stringify(body) }));
}

/** POST a JSON document that is answered line by line, as it goes on.
 *  @template T what a line is, which only the route knows
 *  @param {string} path @param {object} body @param {AbortSignal} signal
 *  @returns {AsyncGenerator<T>} */
export async function* postForLines(path, body, signal) {
  const headers = { ...HEADER, "content-type": "application/json" };
  let response;
  try {
    response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  } catch (error) {
    if (isAborted(error)) throw error;
    throw new Refused(t("offline"), 0);
  }
  if (!response.ok || !response.body) {
    await answered(Promise.resolve(response));
    return;
  }
  let rest = "";
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line);
  }
}

/** Add files to the query, by gradio's own route, which takes them as a form. Gives their keys.
 *  @param {Iterable<File>} files @returns {Promise<string[]>} */
export function addToQuery(files) {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  return answered(fetch("/gradio_api/upload", { method: "POST", body: form }));
}

/** DELETE; survives the page being closed.
 *  @template {keyof Deletes} P @param {P} path @returns {Promise<Deletes[P]>} */
export function remove(path) {
  return answered(fetch(path, { method: "DELETE", headers: HEADER, keepalive: true }));
}

/** PUT one file's bytes into the library.
 *  @param {File} file @param {Record<string, string>} headers @param {AbortSignal} signal
 *  @returns {Promise<{ stored: string, known?: boolean }>} */
export function putFile(file, headers, signal) {
  const request = { method: "PUT", headers: { ...HEADER, ...headers }, body: file, signal };
  return answered(fetch("/api/upload", request));
}
