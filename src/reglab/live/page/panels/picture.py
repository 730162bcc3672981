"""A picture of the user: uploaded, dropped or pasted; what the network says, and its inside."""

from collections.abc import Callable
from pathlib import Path

from nicegui import events, ui

from reglab.live.lab.folder import LARGEST_PICTURE
from reglab.live.lab.lab import BASELINE, YOURS
from reglab.live.messages import Predicted, Recognize, Refused
from reglab.live.page.bars import draw_prediction
from reglab.live.page.site import Panel, Site, tell, telling

_PASTE = """
document.addEventListener('paste', event => {
  const files = [...event.clipboardData.files].filter(file => file.type.startsWith('image/'));
  const upload = files.length && document.querySelector('.own-picture');
  if (!upload) return;
  getElement(parseInt(upload.id.slice(1))).$refs.qRef.addFiles(files.slice(0, 1));
  event.preventDefault();
});
"""


class PicturePanel(Panel):
    """Any picture that Pillow reads, except EPS, up to 10 MB; it is resized to the size of the test images.

    Args:
        site: of all pages.
        look: called with the path of the picture, to show it inside the network.
    """

    def __init__(self, site: Site, look: Callable[[Path], None]) -> None:
        super().__init__(site)
        self._look = look
        self._path: Path | None = None
        ui.label(
            "Upload a picture, drop it on the field, or paste it (Ctrl-V): any format that Pillow reads "
            "except EPS, up to 10 MB. The whole picture is resized to the size of the test images."
        ).classes("soft")
        self._upload = ui.upload(
            label="Your picture",
            auto_upload=True,
            max_file_size=LARGEST_PICTURE,
            on_upload=self._take,
            on_rejected=lambda: tell("expected one picture of at most 10 MB"),
        )
        self._upload.props("flat bordered").classes("own-picture").style("width: 100%; max-width: 420px")
        self._upload.classes("is-upload-picture")
        self._result = ui.element("div").classes("tiles is-own-prediction")
        ui.run_javascript(_PASTE)

    async def _take(self, event: events.UploadEventArguments) -> None:
        self._upload.reset()
        with telling():
            self._path = self.lab.folder.keep_picture(await event.file.read())
            await self._recognize()

    async def _recognize(self) -> None:
        assert self._path is not None
        path = self._path
        answers = {
            name: await network.ask(Recognize(path=path)) for name, network in self.lab.networks.items()
        }
        self._result.clear()
        with self._result:
            for name, answer in answers.items():
                built = self.lab.networks[name].built
                if isinstance(answer, Refused):
                    tell(answer.message)
                elif isinstance(answer, Predicted) and built is not None:
                    with ui.element("div").classes("tile"):
                        if len(answers) > 1:
                            ui.label({YOURS: "yours", BASELINE: "baseline"}[name]).classes("soft")
                        draw_prediction(answer.predictions[0], built.classes, size=96)
            if any(isinstance(answer, Predicted) for answer in answers.values()):
                with ui.element("div"):
                    # Unlike a tooltip, a title may be made in a tab that is not shown any more.
                    ui.button("Again", icon="replay", on_click=self._recognize).props(
                        'flat no-caps title="With the network as it is now"'
                    )
                    ui.button("Inside the network", icon="layers", on_click=lambda: self._look(path)).props(
                        "flat no-caps"
                    )
