/* mscms.WcsCreateIccProfile: NULL means "no profile", and Qt then assumes sRGB. A test double, never shipped. */
void *__stdcall shim_WcsCreateIccProfile(void *profile, unsigned long options)
{
    (void)profile;
    (void)options;
    return 0;
}

int __stdcall DllMain(void *module, unsigned reason, void *reserved)
{
    (void)module;
    (void)reason;
    (void)reserved;
    return 1;
}
