// Takes the secret of a one-time link from behind the # of the address, where it was sent to nobody, into the form.
const secret = location.hash.slice(1);
if (secret) {
  document.getElementById("code").value = secret;
  history.replaceState(null, "", location.pathname);
}
