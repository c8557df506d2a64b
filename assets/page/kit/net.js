// Talking to our own routes. Errors are sentences the program wrote, fit to be shown.

import { t, worded } from "../i18n/strings.js";

const HEADER = { "x-qwen3vl-page": "1" };

/** The program answered with a reason, or did not answer. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(t("offline"), 0);
  }
  if (response.ok) return response.json();
  const body = await response.json().catch(() => ({}));
  throw new Refused(
    body.error ? worded({ ...body, text: body.error }) : t("unexpected"),
    response.status,
  );
}

/** GET a JSON document; null and empty parameters are left out, lists are repeated. */
export function getJson(path, parameters = {}, options = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one != null && one !== "") search.append(name, one);
    }
  }
  const query = search.size ? `?${search}` : "";
  return answered(fetch(path + query, options));
}

/** POST a JSON document. */
export function post(path, body = {}, method = "POST") {
  const headers = { ...HEADER, "content-type": "application/json" };
  return answered(fetch(path, { method, headers, body: JSON.stringify(body) }));
}

/** POST files as a form; gradio's own routes take them so. */
export function postFiles(path, files) {
  const form = new FormData();
  for (const file of files) form.append("files", file);
  return answered(fetch(path, { method: "POST", body: form }));
}

/** PUT a JSON document. */
export const put = (path, body) => post(path, body, "PUT");

/** DELETE; survives the page being closed. */
export function remove(path) {
  return answered(fetch(path, { method: "DELETE", headers: HEADER, keepalive: true }));
}

/** PUT one file's bytes. */
export function putFile(path, file, headers, signal) {
  return answered(
    fetch(path, { method: "PUT", headers: { ...HEADER, ...headers }, body: file, signal }),
  );
}
