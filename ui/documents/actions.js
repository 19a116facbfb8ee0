// Runs for each region of the documents page; Gradio gives element, trigger, upload and watch.
"use strict";
const MEBIBYTE = 1024 * 1024;
// What takes some seconds and shows how far it is; everything else is done at once.
const LONG = new Set(["accept", "choose", "really", "save"]);
const act = (button, title) => trigger(LONG.has(button.dataset.do) ? "submit" : "click", { ...button.dataset, title });
const field = (node) => node.closest("[data-form]")?.querySelector("input[name=title]")?.value ?? "";

element.addEventListener("click", (event) => {
	const button = event.target instanceof Element && event.target.closest("button[data-do]");
	if (!button || button.disabled) return;
	event.preventDefault();
	// A double click is one press, and never a confirmation of what its first half asked for.
	if (event.detail > 1 && LONG.has(button.dataset.do)) return;
	act(button, field(button));
});
element.addEventListener("keydown", (event) => {
	if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("input[name=title]")) return;
	event.preventDefault();
	act(event.target.closest("[data-form]").querySelector("button[data-do]"), event.target.value);
});

// What a person was at is gone when a region is drawn anew; the page says where the keyboard goes on.
watch("value", () => requestAnimationFrame(() => {
	const next = element.querySelector("[data-focus]");
	next?.focus({ preventScroll: true });
	(next ?? element.querySelector(".message, .preparing"))?.scrollIntoView({ block: "nearest" });
}));

if (element.closest("#told")) element.setAttribute("role", "status");

// Somebody else may have changed the documents while another tab was shown.
if (element.closest("#which-documents")) {
	new IntersectionObserver((entries) => {
		if (entries.some((entry) => entry.isIntersecting)) trigger("select", {});
	}).observe(element);
}

const line = (list, name, text, kind) => {
	const row = list.appendChild(document.createElement("li"));
	const say = (words, grade) => {
		row.className = grade;
		row.replaceChildren(Object.assign(document.createElement("strong"), { textContent: name }), `：${words}`);
	};
	say(text, kind);
	return { row, say };
};

const send = async (files) => {
	const list = element.querySelector(".arriving");
	const largest = Number(element.querySelector(".drop").dataset.largest);
	list.replaceChildren();
	const sent = [];
	const lines = files.map((file) => line(list, file.name, "等待上传", ""));
	for (const [at, file] of files.entries()) {
		if (!file.size) lines[at].say("文件是空的，没有上传", "bad");
		else if (file.size > largest * MEBIBYTE) {
			lines[at].say(`文件超过 ${largest} MB 的上限，没有上传。请拆分文件或压缩其中的图片后重试`, "bad");
		} else {
			lines[at].say("正在上传…", "");
			try {
				const { path } = await upload(file);
				sent.push({ path, name: file.name });
				lines[at].row.remove();
			} catch {
				lines[at].say("没有传上来，请检查文件和网络后重试", "bad");
			}
		}
	}
	if (sent.length) trigger("upload", { files: sent });
};

// One batch after another.
let batches = Promise.resolve();
const take = (files) => {
	if (files.length) batches = batches.then(() => send(files));
};

if (element.closest("#drop")) {
	element.addEventListener("change", (event) => {
		if (!event.target.matches("input[type=file]")) return;
		const files = [...event.target.files];
		event.target.value = ""; // so that the same file can be chosen again
		take(files);
	});
	for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
		element.addEventListener(kind, (event) => {
			event.preventDefault();
			element.querySelector(".target").classList.toggle("over", kind === "dragenter" || kind === "dragover");
			if (kind === "drop") take([...event.dataTransfer.files]);
		});
	}
}
