// Asks the console something in the background. Every such request carries a mark, so that the answer to a session that is
// over is 401 and not the login page, and so that a page that asks by itself does not count as somebody at work.

export const TIMEOUT = 15_000;

export function ask(address, { type = "json", method = "GET", headers = {}, body = null, timeout = TIMEOUT } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = type;
    request.timeout = timeout;
    request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.onload = () => resolve({ status: request.status, body: request.response });
    request.onerror = request.ontimeout = () => reject(new Error("the line is cut"));
    request.send(body);
  });
}
