/* Signs in by password, or by the invitation in the address (which never reaches a log there). */
const say = (sentence) => (document.querySelector("output").value = sentence);

async function logIn(body) {
  const answer = await fetch("/api/v1/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok) location.replace(location.pathname === "/login" ? "/" : location.pathname);
  else say((await answer.json()).detail);
}

document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  logIn({ password: document.querySelector("#password").value });
});

const invite = new URLSearchParams(location.hash.slice(1)).get("invite");
if (invite !== null) {
  history.replaceState(null, "", location.pathname);
  logIn({ invite });
}
