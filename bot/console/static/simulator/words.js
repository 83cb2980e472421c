// The words of the page's language, handed over by the server as data.

let words = {};

export function setWords(given) {
  words = given;
}

/** Return a word by id; braces are filled with the values. */
export function say(id, values = {}) {
  return (words[id] ?? id).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
