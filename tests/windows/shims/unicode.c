/* The icuuc.dll converters that Qt6Core links to (part of Windows 10 1703+, absent from Wine): none can be opened,
   so Qt offers its built-in encodings only. A test double, never shipped. */
#define EXPORT __declspec(dllexport)
enum { FILE_ACCESS_ERROR = 4 };

static void refuse(int *error)
{
    if (error)
        *error = FILE_ACCESS_ERROR;
}

EXPORT void *ucnv_open(const char *name, int *error) { (void)name; refuse(error); return 0; }
EXPORT void ucnv_close(void *converter) { (void)converter; }
EXPORT void ucnv_reset(void *converter) { (void)converter; }
EXPORT signed char ucnv_getMaxCharSize(void *converter) { (void)converter; return 4; }
EXPORT const char *ucnv_getName(void *converter, int *error) { (void)converter; refuse(error); return 0; }
EXPORT void ucnv_getToUCallBack(void *converter, void *action, void *context)
{ (void)converter; (void)action; (void)context; }
EXPORT void ucnv_getFromUCallBack(void *converter, void *action, void *context)
{ (void)converter; (void)action; (void)context; }
EXPORT void ucnv_setToUCallBack(void *c, void *a, void *x, void *oa, void *ox, int *error)
{ (void)c; (void)a; (void)x; (void)oa; (void)ox; refuse(error); }
EXPORT void ucnv_setFromUCallBack(void *c, void *a, void *x, void *oa, void *ox, int *error)
{ (void)c; (void)a; (void)x; (void)oa; (void)ox; refuse(error); }
EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void ucnv_cbToUWriteUChars(void) {}
EXPORT void ucnv_cbFromUWriteUChars(void) {}
EXPORT void ucnv_toUnicode(void *c, void *t, void *te, void *s, void *se, void *o, signed char f, int *error)
{ (void)c; (void)t; (void)te; (void)s; (void)se; (void)o; (void)f; refuse(error); }
EXPORT void ucnv_fromUnicode(void *c, void *t, void *te, void *s, void *se, void *o, signed char f, int *error)
{ (void)c; (void)t; (void)te; (void)s; (void)se; (void)o; (void)f; refuse(error); }
EXPORT int ucnv_toUCountPending(void *converter, int *error) { (void)converter; refuse(error); return 0; }
EXPORT int ucnv_fromUCountPending(void *converter, int *error) { (void)converter; refuse(error); return 0; }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, int *error)
{ (void)name; (void)standard; refuse(error); return 0; }
EXPORT const char *ucnv_getAvailableName(int index) { (void)index; return 0; }
EXPORT int ucnv_countAvailable(void) { return 0; }

int __stdcall DllMain(void *module, unsigned reason, void *reserved)
{ (void)module; (void)reason; (void)reserved; return 1; }
