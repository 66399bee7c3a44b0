// The door of a class: a code, which the picture on the instructor's screen brings along.

const field = document.getElementById("code"), said = document.getElementById("said");
const texts = JSON.parse(document.getElementById("strings").textContent), language = chooseLanguage(Object.keys(texts));
speak({ ...texts.en, ...texts[language] });
document.documentElement.lang = language;
for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);

async function enter() {
  said.textContent = "";
  try {
    const response = await fetch("/join", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code: field.value }) });
    if (response.ok) location.replace("/room");
    else said.textContent = await response.text();
  } catch {
    said.textContent = say("join.lost");
  }
}

document.getElementById("form").addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});

const brought = location.hash.slice(1);
if (/^[A-Za-z0-9]{1,12}$/.test(brought)) {
  field.value = brought;
  enter();
} else {
  field.focus();
}
