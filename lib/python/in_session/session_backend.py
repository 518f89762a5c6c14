"""matplotlib's backend in a plain shell: `plt.show()` and the end of a cell show all open figures, and close them."""
import io

import session_backend_target
from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase


def show(*_args, **_kwargs):
    for manager in Gcf.get_all_fig_managers():
        picture = io.BytesIO()
        manager.canvas.figure.savefig(picture, format="png", bbox_inches="tight")
        Gcf.destroy(manager.num)
        session_backend_target.display.show({"image/png": picture.getvalue(), "text/plain": "<Figure>"})
