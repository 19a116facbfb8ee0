// Files that came inside the page (ui/downloads.py): saved once when they appear, and again when their link is followed.
(() => {
	"use strict";

	const save = (link) => {
		const [head, body] = link.href.split(",");
		const bytes = Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
		const file = new Blob([bytes], { type: head.slice("data:".length).split(";")[0] });
		const address = URL.createObjectURL(file);
		// A link of its own: browsers limit the length of a data: address that is followed, not that of a blob.
		const follower = Object.assign(document.createElement("a"), { href: address, download: link.download });
		document.body.append(follower);
		follower.click();
		follower.remove();
		setTimeout(() => URL.revokeObjectURL(address), 60_000);
	};

	document.addEventListener("click", (event) => {
		const link = event.target instanceof Element ? event.target.closest("a[data-offer]") : null;
		if (!link) return;
		event.preventDefault();
		event.stopPropagation();
		save(link);
	}, true);
	new MutationObserver(() => {
		for (const link of document.querySelectorAll("a[data-offer]:not([data-saved])")) {
			link.dataset.saved = "";
			save(link);
		}
	}).observe(document, { subtree: true, childList: true });
})();
